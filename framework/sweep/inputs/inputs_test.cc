#include "framework/sweep/inputs/inputs.h"

#include <filesystem>
#include <set>

#include "framework/base/file.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

class InputsTest : public ::testing::Test {
 protected:
  InputsTest() : inputs_(Fresh()) {}

  Inputs Fresh() const { return Inputs(sweep_.folder() + "/tokens", /*threads=*/2); }
  std::string VocabularyPath() const { return sweep_.teacher() + "/vocab.txt"; }
  const VocabularyInput& Vocabulary(Inputs* inputs) const { return *inputs->Vocabulary(VocabularyPath()).value(); }

  testing::TestSweep sweep_;
  Inputs inputs_;
};

TEST_F(InputsTest, ReadsAModelOnce) {
  const absl::StatusOr<const ModelInput*> model = inputs_.Model(sweep_.teacher());
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->model.config, testing::TinyTeacherConfig());
  std::filesystem::remove_all(sweep_.teacher());
  EXPECT_EQ(inputs_.Model(sweep_.teacher()).value(), *model);
}

TEST_F(InputsTest, HashesWeightsAndShapeOfAModel) {
  const std::string hash = inputs_.Model(sweep_.teacher()).value()->content_hash;
  const std::string copy = sweep_.folder() + "/copy";
  std::filesystem::copy(sweep_.teacher(), copy);
  EXPECT_EQ(inputs_.Model(copy).value()->content_hash, hash);
  testing::WriteTinyTeacher(sweep_.folder() + "/other", /*seed=*/6);
  EXPECT_NE(inputs_.Model(sweep_.folder() + "/other").value()->content_hash, hash);
  EncoderConfig config = testing::TinyTeacherConfig();
  testing::SetHeads(4, &config);  // The same weights.
  testing::WriteTinyTeacher(sweep_.folder() + "/heads", /*seed=*/5, config);
  EXPECT_NE(inputs_.Model(sweep_.folder() + "/heads").value()->content_hash, hash);
}

TEST_F(InputsTest, TriesAgainWhatFailed) {
  const std::string folder = sweep_.folder() + "/later";
  EXPECT_THAT(inputs_.Model(folder), StatusIs(absl::StatusCode::kNotFound, HasSubstr(folder)));
  EXPECT_THAT(inputs_.Vocabulary(folder + "/vocab.txt"), StatusIs(absl::StatusCode::kNotFound, HasSubstr(folder)));
  testing::WriteTinyTeacher(folder);
  EXPECT_THAT(inputs_.Model(folder), IsOk());
  EXPECT_THAT(inputs_.Vocabulary(folder + "/vocab.txt"), IsOk());
}

TEST_F(InputsTest, ReadsTokenizersWithTheirOptions) {
  const std::string config = sweep_.teacher() + "/tokenizer_config.json";
  const std::vector<std::string> texts = {R"({"do_lower_case": false})", R"({"do_lower_case": true})", "{}"};
  std::set<uint64_t> fingerprints;
  for (const std::string& text : texts) {
    ASSERT_THAT(AtomicWriteFile(config, text), IsOk());
    Inputs inputs = Fresh();
    const TokenizerFiles& files = Vocabulary(&inputs).files;
    EXPECT_EQ(files.at("vocab.txt"), testing::TinyVocabulary());
    EXPECT_THAT(files.at("tokenizer_config.json"), HasSubstr("\"tokenizer_class\": \"BertTokenizer\""));
    fingerprints.insert(Vocabulary(&inputs).tokenizer->Fingerprint());
  }
  EXPECT_EQ(fingerprints.size(), 2u) << "they are two tokenizers";
}

TEST_F(InputsTest, WhatStudentsAreWrittenWithIsCheckedBefore) {
  const std::string config = sweep_.teacher() + "/tokenizer_config.json";
  ASSERT_THAT(AtomicWriteFile(config, R"({"model_max_length": Infinity, "x": NaN})"), IsOk());
  const TokenizerFiles& files = Vocabulary(&inputs_).files;
  const std::string folder = sweep_.folder() + "/student";
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  ASSERT_THAT(WriteTokenizerFiles(folder, files, /*longest_sequence=*/16), IsOk());
  EXPECT_THAT(ReadFile(folder + "/tokenizer_config.json").value(), HasSubstr("\"x\": NaN"));
}

TEST_F(InputsTest, ReadsByteLevelPieces) {
  const std::string folder = sweep_.folder() + "/bytes";
  testing::WriteTinyTeacher(folder, 5, testing::TinyTeacherConfig(), testing::TinyBytePieces());
  const auto vocabulary = inputs_.Vocabulary(folder + "/vocab.json");
  ASSERT_THAT(vocabulary, IsOk());
  TokenizerFiles files = (*vocabulary)->files;
  EXPECT_EQ(files.erase("tokenizer_config.json"), 1u);
  EXPECT_EQ(files, testing::TinyBytePieces());
  EXPECT_EQ((*vocabulary)->tokenizer->special_ids().mask, 4);
}

TEST_F(InputsTest, MakesSourcesAndExamplesOnce) {
  const std::vector<ExpandedVariant> variants = sweep_.Expanded(sweep_.Text()).variants;
  const Stage& stage = variants[0].experiment.stage(0);
  BatchSpec batch = stage.batch();
  const VocabularyInput& vocabulary = Vocabulary(&inputs_);
  const auto source = inputs_.Source(stage.data(), batch, vocabulary, 1).value();
  EXPECT_EQ(inputs_.Source(stage.data(), batch, vocabulary, 1).value(), source);
  EXPECT_NE(inputs_.Source(stage.data(), batch, vocabulary, 2).value(), source);
  batch.set_sequences(3);
  EXPECT_NE(inputs_.Source(stage.data(), batch, vocabulary, 1).value(), source);
  const Evaluation& evaluation = variants[0].experiment.stage(1).evaluation();
  EXPECT_EQ(inputs_.Examples(evaluation, vocabulary).value(), inputs_.Examples(evaluation, vocabulary).value());
}

}  // namespace
}  // namespace retort
