#include "framework/model/head.h"

#include <cmath>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/stack.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;
using testing::SmallModel;

ParameterSet RandomParameters(const EncoderConfig& config) {
  ParameterSet parameters(EncoderParameterSpecs(config), at::kDouble, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs()) {
    const at::Tensor draws = RandomTensor(spec.shape, ++seed) * 0.5;
    parameters.Get(spec.name).copy_(spec.kind == ParameterKind::kNormScale ? 1 + draws : draws);
  }
  return parameters;
}

// Sequences of 5, 2 and 4 positions.
Batch TestBatch() { return testing::WholeBatch(testing::RandomStepBatch({5, 2, 4}, 1)); }

at::Tensor LastHidden() { return RandomTensor({3, 5, 8}, 99); }

std::vector<std::string> Names(const EncoderConfig& config, HeadKind kind) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : Head(config, kind).parameters()) names.push_back(spec.name);
  return names;
}

TEST(Head, NamesItsParameters) {
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  EXPECT_THAT(Names(SmallModel("bert", 1), HeadKind::kVocabulary),
              ElementsAre("head.vocabulary.transform.weight", "head.vocabulary.transform.bias",
                          "head.vocabulary.norm.scale", "head.vocabulary.norm.shift", "head.vocabulary.decoder.bias"));
  EncoderConfig untied = SmallModel("bert", 1);
  untied.heads.front().tied = false;
  EXPECT_EQ(Names(untied, HeadKind::kVocabulary).at(4), "head.vocabulary.decoder.weight");
  EXPECT_THAT(Names(SmallModel("gpt2", 1), HeadKind::kVocabulary), IsEmpty());
  EXPECT_THAT(Names(SmallModel("gpt2", 1, {HeadKind::kScore}), HeadKind::kScore),
              ElementsAre("head.score.output.weight"));
  EXPECT_THAT(Names(SmallModel("roberta", 1, {HeadKind::kClasses}), HeadKind::kClasses),
              ElementsAre("head.classes.transform.weight", "head.classes.transform.bias", "head.classes.output.weight",
                          "head.classes.output.bias"));
  EXPECT_THAT(Names(SmallModel("bert", 1, {HeadKind::kSpans}), HeadKind::kSpans),
              ElementsAre("head.spans.output.weight", "head.spans.output.bias"));
}

at::Tensor Linear(const ParameterSet& parameters, const std::string& name, const at::Tensor& x) {
  const at::Tensor y = x.matmul(parameters.Get(name + ".weight").t());
  return parameters.Has(name + ".bias") ? y + parameters.Get(name + ".bias") : y;
}

// The row of each sequence that a pooling reads, written down.
at::Tensor Pooled(Pooling pooling, const ParameterSet& parameters, const at::Tensor& hidden, const Batch& batch) {
  std::vector<at::Tensor> rows;
  for (int64_t b = 0; b < batch.sequences(); ++b) {
    const int64_t length = batch.masks.lengths[b];
    switch (pooling) {
      case Pooling::kFirst:
        rows.push_back(hidden[b][0]);
        break;
      case Pooling::kPooler:
        rows.push_back(Linear(parameters, "pooler", hidden[b][0]).tanh());
        break;
      case Pooling::kMean:
        rows.push_back(hidden[b].narrow(0, 0, length).mean(0));
        break;
      case Pooling::kLast:
        rows.push_back(hidden[b][length - 1]);
        break;
      case Pooling::kNone:
        rows.push_back(hidden[b]);
        break;
    }
  }
  return at::stack(rows);
}

EncoderConfig ClassesWith(Pooling pooling, bool transform) {
  EncoderConfig config = SmallModel("bert", 1, {HeadKind::kClasses});
  config.pooler = true;
  config.heads.front() = PlainHead(HeadKind::kClasses, pooling);
  config.heads.front().transform = transform;
  config.heads.front().activation = Activation::kTanh;
  config.heads.front().classes = {"a", "b", "c"};
  return config;
}

// Value, and the gradient of every parameter and of the hidden states, against plain formulas.
TEST(Head, ComputesThePlainFormulaOfEveryPooling) {
  for (Pooling pooling : {Pooling::kFirst, Pooling::kPooler, Pooling::kMean, Pooling::kLast}) {
    for (bool transform : {false, true}) {
      const EncoderConfig config = ClassesWith(pooling, transform);
      const Batch batch = TestBatch();
      const at::Tensor weights = RandomTensor({3, 3}, 5);
      ParameterSet got = RandomParameters(config), want = RandomParameters(config);
      got.EnableGradients();
      want.EnableGradients();
      at::Tensor got_hidden = LastHidden().set_requires_grad(true), want_hidden = LastHidden().set_requires_grad(true);

      const at::Tensor logits = Head(config, HeadKind::kClasses).BatchLogits(got, batch, got_hidden, std::nullopt);
      at::Tensor plain = Pooled(pooling, want, want_hidden, batch);
      if (transform) plain = Linear(want, "head.classes.transform", plain).tanh();
      plain = Linear(want, "head.classes.output", plain);
      EXPECT_THAT(logits, IsCloseTo(plain, 1e-12));
      (logits * weights).sum().backward();
      (plain * weights).sum().backward();
      EXPECT_THAT(got.flat_gradient(), IsCloseTo(want.flat_gradient(), 1e-12));
      EXPECT_THAT(got_hidden.grad(), IsCloseTo(want_hidden.grad(), 1e-12));
    }
  }
}

TEST(Head, ReadsEveryPositionWithoutPooling) {
  const EncoderConfig config = SmallModel("bert", 1, {HeadKind::kSpans});
  const ParameterSet parameters = RandomParameters(config);
  const at::Tensor logits = Head(config, HeadKind::kSpans).BatchLogits(parameters, TestBatch(), LastHidden(), {});
  EXPECT_THAT(logits, IsCloseTo(Linear(parameters, "head.spans.output", LastHidden()), 1e-12));
  EXPECT_EQ(logits.sizes(), at::IntArrayRef({3, 5, 2}));
}

// What is pooled does not depend on padding, not even on NaN in it.
TEST(Head, DoesNotSeePadding) {
  const Batch batch = TestBatch();
  const at::Tensor spoiled = LastHidden().masked_fill(batch.valid.logical_not().unsqueeze(-1), NAN);
  for (Pooling pooling : {Pooling::kFirst, Pooling::kPooler, Pooling::kMean, Pooling::kLast}) {
    const EncoderConfig config = ClassesWith(pooling, /*transform=*/true);
    const ParameterSet parameters = RandomParameters(config);
    const Head head(config, HeadKind::kClasses);
    EXPECT_TRUE(at::equal(head.BatchLogits(parameters, batch, spoiled, std::nullopt),
                          head.BatchLogits(parameters, batch, LastHidden(), std::nullopt)));
  }
}

// In slices as in the whole; by the seed, and elsewhere than another head.
TEST(Head, DropsByTheSeedAlone) {
  EncoderConfig config = SmallModel("roberta", 1, {HeadKind::kClasses, HeadKind::kSpans});
  config.heads[0].dropout = 0.5;
  const ParameterSet parameters = RandomParameters(config);
  const StepBatch step = testing::RandomStepBatch({5, 5, 5}, 1);
  const Head head(config, HeadKind::kClasses);
  const auto logits = [&](const Batch& batch, const at::Tensor& hidden, std::optional<Dropout> dropout) {
    return head.BatchLogits(parameters, batch, hidden, dropout);
  };
  const Batch whole = testing::WholeBatch(step);
  const at::Tensor one = logits(whole, LastHidden(), Dropout{1});
  EXPECT_TRUE(at::equal(one, logits(whole, LastHidden(), Dropout{1})));
  EXPECT_FALSE(at::equal(one, logits(whole, LastHidden(), Dropout{2})));
  EXPECT_FALSE(at::equal(one, logits(whole, LastHidden(), std::nullopt)));
  const at::Tensor slices = at::cat({logits(step.Slice(0, 1, at::kCPU), LastHidden().narrow(0, 0, 1), Dropout{1}),
                                     logits(step.Slice(1, 3, at::kCPU), LastHidden().narrow(0, 1, 2), Dropout{1})});
  EXPECT_THAT(slices, IsCloseTo(one, 1e-13));
}

// A decoder whose first columns are the narrow word embeddings.
EncoderConfig NarrowWords(bool tied) {
  EncoderConfig config = SmallModel("mobilebert", 1);
  config.embedding_size = 3;
  config.heads.front().tied = tied;
  return config;
}

TEST(Head, ExtendsNarrowWordEmbeddings) {
  for (bool tied : {true, false}) {
    const EncoderConfig config = NarrowWords(tied);
    const ParameterSet parameters = RandomParameters(config);
    const Head head(config, HeadKind::kVocabulary);
    const at::Tensor& first = parameters.Get(tied ? "embeddings.word" : "head.vocabulary.decoder.weight");
    EXPECT_EQ(first.sizes(), at::IntArrayRef({11, 3}));
    const at::Tensor& second = parameters.Get("head.vocabulary.extension.weight");
    EXPECT_EQ(second.sizes(), at::IntArrayRef({11, 5}));
    const at::Tensor x = RandomTensor({4, 8}, 3), inner = head.Transform(parameters, x);
    const at::Tensor plain = inner.narrow(1, 0, 3).matmul(first.t()) + inner.narrow(1, 3, 5).matmul(second.t()) +
                             parameters.Get("head.vocabulary.decoder.bias");
    EXPECT_THAT(head.Logits(parameters, x), IsCloseTo(plain, 1e-12));
  }
}

// The gradient that is added without autograd is autograd's.
TEST(Head, AddsTheGradientOfItsMatrix) {
  for (const EncoderConfig& config : {NarrowWords(true), NarrowWords(false), SmallModel("bert", 1)}) {
    ParameterSet got = RandomParameters(config), want = RandomParameters(config);
    got.EnableGradients();
    want.EnableGradients();
    const Head head(config, HeadKind::kVocabulary);
    const at::Tensor x = RandomTensor({4, 8}, 3), gradient = RandomTensor({4, 11}, 4);
    (x.matmul(head.Matrix(want).t()) * gradient).sum().backward();
    const at::NoGradGuard no_grad;
    head.AddMatrixGradient(gradient, x, got);
    EXPECT_GT(got.flat_gradient().abs().max().item<double>(), 0.1);
    EXPECT_THAT(got.flat_gradient(), IsCloseTo(want.flat_gradient(), 1e-12));
  }
}

TEST(HeadDeathTest, WantsAHeadThatIsThere) {
  EXPECT_DEATH(Head(SmallModel("bert", 1), HeadKind::kScore), "no head of score");
}

}  // namespace
}  // namespace retort
