#include "framework/eval/lm_evaluation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/addmm.h"
#include "framework/data/sequences/test_store.h"
#include "framework/init/initializer.h"
#include "framework/testing/fixtures.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::AllSequences;
using testing::LetterDocuments;
using testing::LetterTokenizer;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr int64_t kSequences = 40;
constexpr c10::DeviceType kCpu = at::kCPU;

// A random encoder over the letters, with the dropout of training.
struct Model {
  explicit Model(uint64_t seed, int64_t layers = 2, LmKind kind = LmKind::kMasked)
      : encoder(Config(layers, kind)), parameters(Random(encoder, seed)) {}

  static EncoderConfig Config(int64_t layers, LmKind kind) {
    EncoderConfig config = testing::SmallEncoder(layers);
    if (kind == LmKind::kCausal) testing::MakeCausal(&config);
    config.vocabulary_size = LetterTokenizer()->vocabulary_size();
    config.hidden_dropout = config.attention_dropout = 0.5;
    return config;
  }
  static ParameterSet Random(const Encoder& encoder, uint64_t seed) {
    ParameterSet parameters(EncoderParameterSpecs(encoder.config()), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(seed, /*range=*/0.5, 0, &parameters);
    at::Tensor bias = parameters.Get("head.vocabulary.decoder.bias");
    bias.copy_(testing::RandomTensor({encoder.config().vocabulary_size}, seed, at::kFloat));
    return parameters;
  }
  EvaluatedModel view() const { return {&encoder, &parameters}; }

  Encoder encoder;
  ParameterSet parameters;
};

// Sequences of 5 to 16 positions, some of them without a masked one.
HeldOut MakeHeldOut(double rate = 0.15) {
  std::vector<std::string> documents;
  for (int length : {5, 9, 3, 14}) {
    for (std::string& document : LetterDocuments(12, length)) documents.push_back(std::move(document));
  }
  const auto tokenizer = LetterTokenizer();
  MaskingContext context;
  context.data_seed = 7;
  context.vocabulary_size = tokenizer->vocabulary_size();
  context.special_ids = tokenizer->special_ids();
  MaskingOptions masking;
  masking.rate = rate;
  return HeldOut(AllSequences(documents, 16, 3), kSequences, context, masking);
}

// Blocks of 16 positions, each of them but the last labelled.
HeldOut MakeCausalHeldOut() {
  MaskingContext context;
  context.data_seed = 7;
  return HeldOut(testing::AllBlocks(LetterDocuments(50, 16), 16), kSequences, context);
}

using Logits = std::vector<std::vector<double>>;

// The logits of all positions of one sequence alone, without padding, in float64.
Logits LogitsOf(const Model& model, const StepSequence& sequence) {
  at::NoGradGuard no_grad;
  StepBatch step;
  step.sequences = {sequence};
  const ParameterSet parameters = model.parameters.To(at::kDouble, c10::Device(at::kCPU));
  const int last = model.encoder.config().depth();
  Capture capture;
  capture.hidden.insert(last);
  const at::Tensor hidden =
      model.encoder.Forward(parameters, step.Slice(0, 1, c10::Device(at::kCPU)), capture, std::nullopt).hidden.at(last);
  const at::Tensor logits = at::addmm(parameters.Get("head.vocabulary.decoder.bias"),
                                      model.encoder.head(HeadKind::kVocabulary).Transform(parameters, hidden[0]),
                                      parameters.Get("embeddings.word").t())
                                .contiguous();
  Logits rows;
  const double* next = logits.data_ptr<double>();
  for (int64_t i = 0; i < logits.size(0); ++i, next += logits.size(1)) rows.emplace_back(next, next + logits.size(1));
  return rows;
}

double LogProbability(const std::vector<double>& logits, size_t piece) {
  double total = 0;
  for (double logit : logits) total += std::exp(logit);
  return logits[piece] - std::log(total);
}

// The same metrics by their definitions, sequence by sequence.
MetricScores ByHand(const Model& model, const Model* teacher, const HeldOut& held_out) {
  MetricScores scores;
  const StepBatch step = held_out.Read(0, held_out.size());
  for (const StepSequence& sequence : step.sequences) {
    const Logits logits = LogitsOf(model, sequence);
    const Logits teacher_logits = teacher == nullptr ? Logits() : LogitsOf(*teacher, sequence);
    double loss = 0, correct = 0, divergence = 0, count = 0;
    for (size_t i = 0; i < sequence.labels.size(); ++i) {
      if (sequence.labels[i] == kNoLabel) continue;
      const auto label = static_cast<size_t>(sequence.labels[i]);
      ++count;
      loss -= LogProbability(logits[i], label);
      const auto largest = std::max_element(logits[i].begin(), logits[i].end()) - logits[i].begin();
      correct += static_cast<size_t>(largest) == label ? 1 : 0;
      for (size_t piece = 0; teacher != nullptr && piece < logits[i].size(); ++piece) {
        const double log_t = LogProbability(teacher_logits[i], piece);
        divergence += std::exp(log_t) * (log_t - LogProbability(logits[i], piece));
      }
    }
    auto add = [&](const char* metric, double sum) {
      ExampleScores& of_metric = scores[LmMetric(held_out.kind(), metric)];
      of_metric.sum.push_back(sum);
      of_metric.count.push_back(count);
    };
    add(kCrossEntropy, loss);
    add(kAccuracy, correct);
    if (teacher != nullptr) add(kKlToTeacher, divergence);
  }
  return scores;
}

void ExpectClose(const MetricScores& got, const MetricScores& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [metric, scores] : expected) {
    ASSERT_EQ(got.count(metric), 1u) << metric;
    const ExampleScores& other = got.at(metric);
    EXPECT_EQ(other.count, scores.count) << metric;
    ASSERT_EQ(other.sum.size(), scores.sum.size()) << metric;
    for (size_t i = 0; i < scores.sum.size(); ++i) {
      EXPECT_NEAR(other.sum[i], scores.sum[i], tolerance * (1 + std::abs(scores.sum[i]))) << metric << " of " << i;
    }
  }
}

TEST(EvaluateLm, AgreesWithTheDefinitions) {
  const HeldOut held_out = MakeHeldOut();
  const Model teacher(1, /*layers=*/3), student(2);
  const auto scores = EvaluateLm({student.view(), teacher.view()}, teacher.view(), held_out, kCpu);
  ASSERT_EQ(scores.size(), 2u);
  ExpectClose(scores[0], ByHand(student, &teacher, held_out), 1e-5);
  ExpectClose(scores[1], ByHand(teacher, &teacher, held_out), 1e-5);
  // The test would say little if there were no sequence without labels, or hardly any labels at all.
  const ExampleScores& accuracy = scores[0].at("masked_lm/accuracy");
  EXPECT_EQ(accuracy.count.size(), static_cast<size_t>(kSequences));
  EXPECT_GT(std::count(accuracy.count.begin(), accuracy.count.end(), 0), 0);
  double rows = 0;
  for (double count : accuracy.count) rows += count;
  EXPECT_GT(rows, 20);
}

// 600 rows, so that logits come in several chunks.
TEST(EvaluateLm, AgreesWithTheDefinitionsOfACausalModel) {
  const HeldOut held_out = MakeCausalHeldOut();
  const Model teacher(1, /*layers=*/3, LmKind::kCausal), student(2, /*layers=*/2, LmKind::kCausal);
  const auto scores = EvaluateLm({student.view()}, teacher.view(), held_out, kCpu);
  ExpectClose(scores[0], ByHand(student, &teacher, held_out), 1e-5);
  EXPECT_THAT(scores[0].at("causal_lm/accuracy").count, ::testing::Each(15));
  EXPECT_EQ(scores[0].at("causal_lm/kl_to_teacher").count.size(), static_cast<size_t>(kSequences));
}

TEST(EvaluateLm, FindsNoDifferenceFromTheTeacherToItself) {
  const HeldOut held_out = MakeHeldOut();
  const Model teacher(1), other(2);
  const auto scores = EvaluateLm({teacher.view(), other.view()}, teacher.view(), held_out, kCpu);
  for (double sum : scores[0].at("masked_lm/kl_to_teacher").sum) EXPECT_EQ(sum, 0);
  EXPECT_GT(scores[1].at("masked_lm/kl_to_teacher").Mean(), 0.1);
}

TEST(EvaluateLm, LeavesOutTheDivergenceWithoutATeacher) {
  const Model student(2);
  const HeldOut held_out = MakeHeldOut();
  const auto scores = EvaluateLm({student.view()}, std::nullopt, held_out, kCpu);
  EXPECT_THAT(scores[0], UnorderedElementsAre(Pair("masked_lm/cross_entropy", ::testing::_),
                                              Pair("masked_lm/accuracy", ::testing::_)));
  ExpectClose(scores[0], ByHand(student, nullptr, held_out), 1e-5);
}

// The sequences that a batch holds, and with them its padding, are no part of a metric.
TEST(EvaluateLm, DoesNotDependOnTheBatches) {
  const HeldOut held_out = MakeHeldOut();
  const Model teacher(1), student(2);
  const auto whole = EvaluateLm({student.view()}, teacher.view(), held_out, kCpu, kSequences);
  for (int64_t chunk : {1, 7, 39, 1000}) {
    const auto scores = EvaluateLm({student.view()}, teacher.view(), held_out, kCpu, chunk);
    ExpectClose(scores[0], whole[0], 1e-5);
  }
}

TEST(EvaluateLm, DoesNotDependOnTheOtherModels) {
  const HeldOut held_out = MakeHeldOut();
  const Model teacher(1), student(2), other(3, /*layers=*/1);
  const auto alone = EvaluateLm({student.view()}, teacher.view(), held_out, kCpu);
  const auto together = EvaluateLm({other.view(), student.view(), teacher.view()}, teacher.view(), held_out, kCpu);
  for (const auto& [metric, scores] : alone[0]) {
    EXPECT_EQ(together[1].at(metric).sum, scores.sum) << metric << ": other bits";
    EXPECT_EQ(together[1].at(metric).count, scores.count) << metric;
  }
}

TEST(EvaluateLm, SeesNothingWhereNothingIsMasked) {
  const Model student(2);
  const auto scores = EvaluateLm({student.view()}, student.view(), MakeHeldOut(/*rate=*/0), kCpu);
  for (const auto& [metric, values] : scores[0]) {
    EXPECT_EQ(values.sum, std::vector<double>(kSequences, 0)) << metric;
    EXPECT_TRUE(std::isnan(values.Mean())) << metric;
  }
}

}  // namespace
}  // namespace retort
