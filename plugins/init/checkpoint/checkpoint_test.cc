#include "plugins/init/checkpoint/checkpoint.h"

#include <filesystem>
#include <string>

#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::SmallEncoder;

ParameterSet Zeros(EncoderConfig config, bool head) {
  if (!head) config.heads.clear();
  return ParameterSet(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
}

// A stored model of three layers without a masked-LM head.
std::string Stored() {
  const std::string folder = ::testing::TempDir() + "/checkpoint_test";
  EncoderConfig config = SmallEncoder(3);
  config.heads.clear();
  ParameterSet parameters = Zeros(config, false);
  InitializeRandomNormal(7, 0.02, 0, &parameters);
  EXPECT_THAT(SaveModel(folder, config, parameters, {}), IsOk());
  return folder;
}

absl::StatusOr<std::unique_ptr<Initializer>> Create(const std::string& path, const EncoderConfig& student) {
  CheckpointConfig config;
  config.set_path(path);
  return CheckpointInit::Create(config, {student});
}

TEST(CheckpointInit, TakesWhatIsStoredAndDrawsTheRest) {
  const EncoderConfig config = SmallEncoder(3);
  auto init = Create(Stored(), config);
  ASSERT_THAT(init, IsOk());
  ParameterSet stored = Zeros(config, false), student = Zeros(config, true);
  InitializeRandomNormal(7, 0.02, 0, &stored);
  ASSERT_THAT((*init)->Initialize({nullptr, 1}, &student), IsOk());
  for (const ParameterSpec& spec : stored.specs()) {
    EXPECT_TRUE(student.Get(spec.name).equal(stored.Get(spec.name))) << spec.name;
  }
  EXPECT_NE(student.Get("head.vocabulary.transform.weight").abs().max().item<float>(), 0);
}

TEST(CheckpointInit, NamesTheFilesItReads) {
  const std::string folder = Stored();
  EXPECT_THAT((*Create(folder, SmallEncoder(3)))->files(),
              ElementsAre(folder + "/config.json", folder + "/model.safetensors"));
  EncoderConfig config = SmallEncoder(3);
  config.heads.clear();
  ASSERT_THAT(SaveModel(folder, config, Zeros(config, false), {}, {at::kFloat, /*max_file_bytes=*/6000}), IsOk());
  EXPECT_THAT((*Create(folder, SmallEncoder(3)))->files(),
              ElementsAre(folder + "/config.json", folder + "/model.safetensors.index.json",
                          folder + "/model-00001-of-00002.safetensors", folder + "/model-00002-of-00002.safetensors"));
}

TEST(CheckpointInit, RejectsWhatCannotBe) {
  EXPECT_THAT(Create("", SmallEncoder(3)), IsInvalidArgument("CheckpointConfig.path: want a model folder, got none"));
  ParameterSet shallow = Zeros(SmallEncoder(2), true);
  EXPECT_THAT((*Create(Stored(), SmallEncoder(2)))->Initialize({nullptr, 1}, &shallow),
              IsInvalidArgument("has layer.3.attention.query.weight, which the student lacks"));
  EncoderConfig wide = SmallEncoder(3);
  wide.vocabulary_size = 12;
  ParameterSet other = Zeros(wide, true);
  EXPECT_THAT((*Create(Stored(), wide))->Initialize({nullptr, 1}, &other),
              IsInvalidArgument("embeddings.word: want shape [12, 8], got [11, 8]"));
  EncoderConfig shifted = SmallEncoder(3);
  shifted.position_offset = 1;
  ParameterSet elsewhere = Zeros(shifted, true);
  EXPECT_THAT((*Create(Stored(), shifted))->Initialize({nullptr, 1}, &elsewhere),
              IsInvalidArgument("want a student that computes as the model whose weights it gets"));
}

TEST(CheckpointInit, FindsAFolderThatHoldsNoModel) {
  using ::testing::HasSubstr;
  using testing::StatusIs;
  EXPECT_THAT(Create("/nowhere", SmallEncoder(3)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/config.json: No such file or directory")));
  EXPECT_THAT(Create("bert-base-uncased", SmallEncoder(3)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("hf download 'bert-base-uncased'")));
  const std::string folder = Stored();
  std::filesystem::rename(folder + "/model.safetensors", folder + "/pytorch_model.bin");
  EXPECT_THAT(Create(folder, SmallEncoder(3)), IsInvalidArgument("pytorch_model.bin: pickles are not read"));
  std::filesystem::remove(folder + "/pytorch_model.bin");
  EXPECT_THAT(Create(folder, SmallEncoder(3)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("model.safetensors: No such file or directory")));
}

}  // namespace
}  // namespace retort
