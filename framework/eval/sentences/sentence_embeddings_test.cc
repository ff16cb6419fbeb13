#include "framework/eval/sentences/sentence_embeddings.h"

#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/allclose.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/dot.h"
#include "ATen/ops/mean.h"
#include "framework/batch/step_batch.h"
#include "framework/init/initializer.h"
#include "framework/testing/fixtures.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr c10::DeviceType kCpu = at::kCPU;

// A random encoder with the dropout of training.
class SentenceEmbeddingsTest : public ::testing::Test {
 protected:
  SentenceEmbeddingsTest() : encoder_(Config()), parameters_(EncoderParameterSpecs(Config()), at::kFloat, kCpu) {
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

// Of a sentence among longer ones; the last hidden states come from the sentence alone.
TEST_F(SentenceEmbeddingsTest, PoolsAsItIsTold) {
  StepBatch step;
  const std::vector<int32_t>& ids = Sentences()[1];
  step.sequences.push_back({0, ids, std::vector<int32_t>(ids.size(), kNoLabel)});
  Capture capture;
  capture.hidden.insert(2);
  const at::Tensor hidden =
      encoder_.Forward(parameters_, step.Slice(0, 1, kCpu), capture, std::nullopt).hidden.at(2).select(0, 0);
  const auto expect = [&](SentencePooling pooling, const at::Tensor& pooled) {
    const at::Tensor got = SentenceEmbeddings(model(), Sentences(), 0, kCpu, 32, pooling)[1];
    EXPECT_TRUE(at::allclose(got, pooled / at::dot(pooled, pooled).sqrt(), 1e-5, 1e-6)) << SentencePoolingName(pooling);
  };
  const at::Tensor weights = at::arange(1, 6, at::kFloat).unsqueeze(-1);
  expect(SentencePooling::kFirst, hidden[0]);
  expect(SentencePooling::kLast, hidden[4]);
  expect(SentencePooling::kMax, hidden.amax({0}));
  expect(SentencePooling::kWeightedMean, (hidden * weights).sum({0}));
}

TEST_F(SentenceEmbeddingsTest, EmbeddingsAreNormalisedMeansOfRealPositions) {
  for (int64_t chunk : {1, 3, 32}) {
    const at::Tensor embeddings = SentenceEmbeddings(model(), Sentences(), /*pad_id=*/0, kCpu, chunk);
    for (size_t i = 0; i < Sentences().size(); ++i) {
      EXPECT_TRUE(at::allclose(embeddings[i], Embed(Sentences()[i]), 1e-5, 1e-6)) << chunk << " " << i;
    }
  }
}

}  // namespace
}  // namespace retort
