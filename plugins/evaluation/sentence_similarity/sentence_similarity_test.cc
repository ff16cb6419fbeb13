#include "plugins/evaluation/sentence_similarity/sentence_similarity.h"

#include <filesystem>
#include <string>
#include <vector>

#include "ATen/ops/dot.h"
#include "framework/base/file.h"
#include "framework/eval/scores/correlation.h"
#include "framework/eval/sentences/sentence_embeddings.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr c10::DeviceType kCpu = at::kCPU;

TEST(SentenceSimilarity, IsSpearmansCorrelationOfTheCosines) {
  EncoderConfig config = testing::SmallEncoder(2);
  const Encoder encoder(config);
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, kCpu);
  InitializeRandomNormal(3, /*range=*/0.5, 0, &parameters);
  const EvaluatedModel model{&encoder, &parameters};

  TokenizedPairs pairs;
  pairs.sentences = {{2, 5, 3}, {2, 5, 6, 7, 3}, {2, 8, 3}, {2, 9, 6, 3}, {2, 4, 4, 4, 4, 4, 3},
                     {2, 3},    {2, 7, 3},       {2, 7, 3}};
  pairs.scores = {3, 1, 0, 5};
  std::vector<double> cosines;
  for (size_t e = 0; e < 4; ++e) {
    const at::Tensor pair =
        SentenceEmbeddings(model, {pairs.sentences[2 * e], pairs.sentences[2 * e + 1]}, /*pad_id=*/0, kCpu);
    cosines.push_back(at::dot(pair[0], pair[1]).item<double>());
  }
  const auto scores = EvaluateSentenceSimilarity({model, model}, pairs, kCpu);
  ASSERT_EQ(scores.size(), 2u);
  for (const MetricScores& metrics : scores) {
    const ExampleScores& spearman = metrics.at(SentenceSimilarityEvaluation::kPrimaryMetric);
    EXPECT_EQ(spearman.sum.size(), 4u);
    EXPECT_NEAR(spearman.Mean(), SpearmanCorrelation(cosines, pairs.scores), 1e-12);
  }
}

TEST(SentenceSimilarity, WantsPairs) {
  SentenceSimilarityEvaluationConfig config;
  config.set_length(2);
  Problems problems;
  SentenceSimilarityEvaluation::Check("evaluation: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(),
            "evaluation: pairs: want a file of sentence pairs, got none\n"
            "evaluation: length: want >= 3 ([CLS], a token, [SEP]), got 2");
}

TEST(SentenceSimilarity, ALimitIsPositive) {
  SentenceSimilarityEvaluationConfig config;
  config.add_pairs("x.tsv");
  config.set_most_bytes(0);
  Problems problems;
  SentenceSimilarityEvaluation::Check("evaluation: ", config, &problems);
  EXPECT_EQ(problems.ToStatus().message(), "evaluation: most_bytes: want > 0, got 0");
}

TEST(SentenceSimilarity, HasItsOwnLengthWhateverTheDataHas) {
  SentenceSimilarityEvaluationConfig data, config;
  data.set_length(64);
  SentenceSimilarityEvaluation::FillDefaults(&data, &config);
  EXPECT_EQ(SentenceSimilarityEvaluation(config).needs().longest_sequence, 128);
  config.set_length(32);
  EXPECT_EQ(SentenceSimilarityEvaluation(config).needs().longest_sequence, 32);
}

TEST(SentenceSimilarity, SaysHowItPools) {
  SentenceSimilarityEvaluationConfig config;
  EXPECT_EQ(SentenceSimilarityEvaluation(config).metrics().front().label, "Spearman, pooling mean");
  config.set_pooling(SentenceSimilarityEvaluationConfig::FIRST);
  EXPECT_EQ(SentenceSimilarityEvaluation(config).metrics().front().label, "Spearman, pooling first");
}

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() : folder_(::testing::TempDir() + "/similarity_folder") {
    std::filesystem::remove_all(folder_);
    EXPECT_TRUE(MakeDirectories(folder_ + "/1_Pooling").ok());
    Write("modules.json", R"([{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}])");
    Write("1_Pooling/config.json", R"({"pooling_mode": "mean"})");
  }

  void Write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(AtomicWriteFile(folder_ + "/" + name, text).ok());
  }
  std::string Message() const {
    return std::string(SentenceSimilarityEvaluation(config_).CheckFolder(folder_).message());
  }

  const std::string folder_;
  SentenceSimilarityEvaluationConfig config_;
};

TEST_F(FolderTest, WantsPoolingSaidWhereItDiffers) {
  EXPECT_EQ(Message(), "");
  Write("1_Pooling/config.json", R"({"pooling_mode": "cls"})");
  EXPECT_EQ(Message(), "want said how sentences are read and pooled, since " + folder_ +
                           "/1_Pooling/config.json says pooling: FIRST; say in the evaluation, for all models alike, "
                           "pooling: FIRST as there, or pooling: MEAN");
  config_.set_pooling(SentenceSimilarityEvaluationConfig::FIRST);
  EXPECT_EQ(Message(), "");
}

TEST_F(FolderTest, WantsReadingSaidWhereItDiffers) {
  Write("sentence_bert_config.json", R"({"max_seq_length": 256, "do_lower_case": true})");
  Write("config_sentence_transformers.json", R"({"prompts": {"q": "query: "}, "default_prompt_name": "q"})");
  const std::string bert = folder_ + "/sentence_bert_config.json";
  EXPECT_EQ(Message(), "want said how sentences are read and pooled, since " + bert + " says length: 256 and " +
                           folder_ + "/config_sentence_transformers.json says prompt: \"query: \" and " + bert +
                           " says lower_case: true; say in the evaluation, for all models alike, length: 256 prompt: "
                           "\"query: \" lower_case: true as there, or length: 128 prompt: \"\" lower_case: false");
  config_.set_length(128);
  config_.set_prompt("");
  config_.set_lower_case(false);
  EXPECT_EQ(Message(), "");
}

TEST_F(FolderTest, WhatCannotBeFollowedHasAWayOut) {
  Write("modules.json", R"([{"path": "2_Dense", "type": "x.Dense"}])");
  EXPECT_EQ(Message(), folder_ +
                           "/modules.json: module 2_Dense of type x.Dense is not computed here; say in the "
                           "evaluation how all models are pooled: pooling: MEAN, or another");
  config_.set_pooling(SentenceSimilarityEvaluationConfig::MEAN);
  EXPECT_EQ(Message(), "");
}

}  // namespace
}  // namespace retort
