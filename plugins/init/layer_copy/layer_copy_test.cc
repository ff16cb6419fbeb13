#include "plugins/init/layer_copy/layer_copy.h"

#include "ATen/core/Tensor.h"
#include "ATen/ops/equal.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

// Some of an encoder's parameters: enough to see what goes where.
std::vector<ParameterSpec> Specs(int layers, bool pooler, bool token_types) {
  std::vector<ParameterSpec> specs = {{"embeddings.word", {11, 8}, ParameterKind::kWeight},
                                      {"embeddings.norm.scale", {8}, ParameterKind::kNormScale}};
  if (token_types) specs.push_back({"embeddings.token_type", {2, 8}, ParameterKind::kWeight});
  for (int l = 1; l <= layers; ++l) {
    const std::string layer = "layer." + std::to_string(l);
    specs.push_back({layer + ".attention.query.weight", {8, 8}, ParameterKind::kWeight});
    specs.push_back({layer + ".feed_forward.norm.shift", {8}, ParameterKind::kNormShift});
  }
  if (pooler) specs.push_back({"pooler.weight", {8, 8}, ParameterKind::kWeight});
  specs.push_back({"head.vocabulary.decoder.bias", {11}, ParameterKind::kBias});
  return specs;
}

ParameterSet RandomParameters(std::vector<ParameterSpec> specs) {
  ParameterSet parameters(std::move(specs), at::kFloat, at::kCPU);
  uint64_t seed = 100;
  for (const ParameterSpec& spec : parameters.specs()) {
    EXPECT_THAT(parameters.Set(spec.name, testing::RandomTensor(spec.shape, ++seed)), IsOk());
  }
  return parameters;
}

LayerCopyConfig Config() {
  LayerCopyConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  return config;
}

absl::Status Copy(const ParameterSet& teacher, ParameterSet* student) {
  const EncoderConfig student_config = testing::SmallEncoder(2), teacher_config = testing::SmallEncoder(4);
  auto init = LayerCopyInit::Create(Config(), {student_config, &teacher_config, testing::TestMappings()});
  if (!init.ok()) return init.status();
  InitializerInputs inputs;
  inputs.teacher = &teacher;
  inputs.seed = 5;
  return (*init)->Initialize(inputs, student);
}

TEST(LayerCopyInit, CopiesMappedLayersAndWhateverBothHave) {
  const ParameterSet teacher = RandomParameters(Specs(4, true, true));
  ParameterSet student(Specs(2, true, false), at::kFloat, at::kCPU);
  ASSERT_THAT(Copy(teacher, &student), IsOk());
  const std::vector<std::pair<std::string, std::string>> sources = {
      {"embeddings.word", "embeddings.word"},
      {"embeddings.norm.scale", "embeddings.norm.scale"},
      {"layer.1.attention.query.weight", "layer.2.attention.query.weight"},
      {"layer.2.attention.query.weight", "layer.4.attention.query.weight"},
      {"layer.2.feed_forward.norm.shift", "layer.4.feed_forward.norm.shift"},
      {"pooler.weight", "pooler.weight"},
      {"head.vocabulary.decoder.bias", "head.vocabulary.decoder.bias"}};
  for (const auto& [to, from] : sources) EXPECT_TRUE(at::equal(student.Get(to), teacher.Get(from))) << to;
}

TEST(LayerCopyInit, DrawsWhatTheTeacherLacks) {
  const ParameterSet teacher = RandomParameters(Specs(4, false, false));
  ParameterSet student(Specs(2, true, true), at::kFloat, at::kCPU), drawn(Specs(2, true, true), at::kFloat, at::kCPU);
  ASSERT_THAT(Copy(teacher, &student), IsOk());
  InitializeRandomNormal(5, 0.02, 0, &drawn);
  EXPECT_TRUE(at::equal(student.Get("pooler.weight"), drawn.Get("pooler.weight")));
  EXPECT_TRUE(at::equal(student.Get("embeddings.token_type"), drawn.Get("embeddings.token_type")));
}

TEST(LayerCopyInit, NeverCrops) {
  std::vector<ParameterSpec> specs = Specs(4, false, false);
  specs[0].shape = {13, 8};
  const ParameterSet teacher = RandomParameters(specs);
  ParameterSet student(Specs(2, false, false), at::kFloat, at::kCPU);
  EXPECT_THAT(Copy(teacher, &student), IsInvalidArgument("layer_copy: embeddings.word: want the shape of the student, "
                                                         "[11, 8], got the teacher's, [13, 8]"));
}

TEST(LayerCopyInit, FindsMismatchesBeforeReadingWeights) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EncoderConfig teacher = testing::SmallEncoder(4);
  auto create = [&] { return LayerCopyInit::Create(Config(), {student, &teacher, testing::TestMappings()}); };
  EXPECT_THAT(create(), IsOk());
  testing::SetHeads(4, &teacher);
  EXPECT_THAT(create(), IsInvalidArgument("layer_copy: want a student with the teacher's 4 heads, got 2"));
  for (LayerSpec& layer : teacher.layers) layer.feed_forward.width = 32;
  EXPECT_THAT(create(), IsInvalidArgument("layer.1.feed_forward.up.weight: want the shape of the student, [16, 8], got "
                                          "the teacher's, [32, 8]"));
  teacher.hidden_size = 12;
  EXPECT_THAT(create(), IsInvalidArgument("embeddings.word: want the shape of the student, [11, 8], got the teacher's, "
                                          "[11, 12]"));
}

TEST(LayerCopyInit, RejectsAMissingTeacherOrMapping) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  EXPECT_THAT(LayerCopyInit::Create(Config(), {student}), IsInvalidArgument("LayerCopyConfig: needs a teacher"));
  EXPECT_THAT(LayerCopyInit::Create({}, {student, &teacher}),
              IsInvalidArgument("LayerCopyConfig.mapping: want a mapping, got none"));
}

}  // namespace
}  // namespace retort
