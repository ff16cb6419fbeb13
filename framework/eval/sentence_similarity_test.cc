#include "framework/eval/sentence_similarity.h"

#include <cmath>
#include <limits>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/allclose.h"
#include "ATen/ops/dot.h"
#include "ATen/ops/mean.h"
#include "framework/batch/step_batch.h"
#include "framework/init/initializer.h"
#include "framework/testing/fixtures.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr c10::DeviceType kCpu = at::kCPU;

TEST(SpearmanCorrelation, HandWorked) {
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3}, {10, 200, 3000}), 1);
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3}, {3, 2, 1}), -1);
  // Without ties, 1 - 6 Σ d² / (n (n² - 1)): ranks 1 2 3 4 5 against 2 1 4 3 5, Σ d² = 4.
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({1, 2, 3, 4, 5}, {0.2, 0.1, 0.4, 0.3, 0.5}), 1 - 24.0 / 120);
  // Ties: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5).
  EXPECT_DOUBLE_EQ(SpearmanCorrelation({0, 7, 7, 9}, {1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5));
}

TEST(SpearmanCorrelation, IsNaNWhereThereIsNone) {
  EXPECT_TRUE(std::isnan(SpearmanCorrelation({1, 1, 1}, {1, 2, 3})));
  EXPECT_TRUE(std::isnan(SpearmanCorrelation({1, std::numeric_limits<double>::quiet_NaN(), 3}, {1, 2, 3})));
}

// A random encoder with the dropout of training.
class SentenceSimilarityTest : public ::testing::Test {
 protected:
  SentenceSimilarityTest() : encoder_(Config()), parameters_(EncoderParameterSpecs(Config()), at::kFloat, kCpu) {
    InitializeRandomNormal(3, /*range=*/0.5, 0, &parameters_);
  }

  static EncoderConfig Config() {
    EncoderConfig config = testing::SmallEncoder(2);
    config.heads.clear();
    config.hidden_dropout = config.attention_dropout = 0.5;
    return config;
  }

  EvaluatedModel model() const { return {&encoder_, &parameters_}; }

  // The definition, a sentence alone, without padding.
  at::Tensor Embed(const std::vector<int32_t>& ids) const {
    StepBatch step;
    step.sequences.push_back({0, ids, std::vector<int32_t>(ids.size(), kNoLabel)});
    Capture capture;
    capture.hidden.insert(2);
    const Batch batch = step.Slice(0, 1, kCpu);
    const at::Tensor hidden = encoder_.Forward(parameters_, batch, capture, std::nullopt).hidden.at(2);
    const at::Tensor mean = hidden.select(0, 0).mean(at::IntArrayRef{0});
    return mean / at::dot(mean, mean).sqrt();
  }

  Encoder encoder_;
  ParameterSet parameters_;
};

const std::vector<std::vector<int32_t>>& Sentences() {
  static const auto* const sentences = new std::vector<std::vector<int32_t>>{
      {2, 5, 3}, {2, 5, 6, 7, 3}, {2, 8, 3}, {2, 9, 6, 3}, {2, 4, 4, 4, 4, 4, 3}, {2, 3}, {2, 7, 3}, {2, 7, 3}};
  return *sentences;
}

TEST_F(SentenceSimilarityTest, EmbeddingsAreNormalisedMeansOfRealPositions) {
  for (int64_t chunk : {1, 3, 32}) {
    const at::Tensor embeddings = SentenceEmbeddings(model(), Sentences(), /*pad_id=*/0, kCpu, chunk);
    for (size_t i = 0; i < Sentences().size(); ++i) {
      EXPECT_TRUE(at::allclose(embeddings[i], Embed(Sentences()[i]), 1e-5, 1e-6)) << chunk << " " << i;
    }
  }
}

TEST_F(SentenceSimilarityTest, TheMetricIsSpearmansOfTheCosines) {
  TokenizedPairs pairs;
  pairs.sentences = Sentences();
  pairs.scores = {3, 1, 0, 5};
  std::vector<double> cosines;
  for (size_t e = 0; e < 4; ++e) {
    cosines.push_back(at::dot(Embed(Sentences()[2 * e]), Embed(Sentences()[2 * e + 1])).item<double>());
  }
  const auto scores = EvaluateSentenceSimilarity({model(), model()}, pairs, kCpu);
  ASSERT_EQ(scores.size(), 2u);
  for (const MetricScores& metrics : scores) {
    const ExampleScores& spearman = metrics.at(kSentenceSimilaritySpearman);
    EXPECT_EQ(spearman.sum.size(), 4u);
    EXPECT_NEAR(spearman.Mean(), SpearmanCorrelation(cosines, pairs.scores), 1e-12);
  }
}

}  // namespace
}  // namespace retort
