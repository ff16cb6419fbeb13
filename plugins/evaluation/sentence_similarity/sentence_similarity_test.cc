#include "plugins/evaluation/sentence_similarity/sentence_similarity.h"

#include <vector>

#include "ATen/ops/dot.h"
#include "framework/base/file.h"
#include "framework/eval/scores/correlation.h"
#include "framework/eval/sentence_embeddings.h"
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

TEST(SentenceSimilarity, HasItsOwnLengthWhateverTheDataHas) {
  SentenceSimilarityEvaluationConfig data, config;
  data.set_length(64);
  SentenceSimilarityEvaluation::FillDefaults(&data, &config);
  EXPECT_EQ(config.length(), 128);
}

TEST(SentenceSimilarity, WantsPoolingSaidWhereTheFolderDiffers) {
  const std::string folder = ::testing::TempDir() + "/similarity_pooling";
  ASSERT_TRUE(MakeDirectories(folder + "/1_Pooling").ok());
  SentenceSimilarityEvaluationConfig config;
  EXPECT_TRUE(SentenceSimilarityEvaluation(config).CheckFolder(folder + "/none").ok());
  const std::string modules = R"([{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}])";
  ASSERT_TRUE(AtomicWriteFile(folder + "/modules.json", modules).ok());
  ASSERT_TRUE(AtomicWriteFile(folder + "/1_Pooling/config.json", R"({"pooling_mode": "cls"})").ok());
  EXPECT_EQ(SentenceSimilarityEvaluation(config).CheckFolder(folder).message(),
            "pooling: want it said, since " + folder +
                "/1_Pooling/config.json says not the mean but first; say in the evaluation how all models are pooled: "
                "pooling: FIRST as it does, or MEAN");
  EXPECT_EQ(SentenceSimilarityEvaluation(config).metrics().front().label, "Spearman");
  config.set_pooling(SentenceSimilarityEvaluationConfig::FIRST);
  EXPECT_TRUE(SentenceSimilarityEvaluation(config).CheckFolder(folder).ok());
  EXPECT_EQ(SentenceSimilarityEvaluation(config).metrics().front().label, "Spearman, pooling first");
}

}  // namespace
}  // namespace retort
