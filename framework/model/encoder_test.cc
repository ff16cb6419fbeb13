#include "framework/model/encoder.h"

#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/full.h"
#include "ATen/ops/matmul.h"
#include "framework/model/test_plain_encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::PlainEncoder;
using testing::RandomParameters;
using testing::RandomStepBatch;
using testing::RandomTensor;
using testing::SmallEncoder;
using testing::WholeBatch;

constexpr int kLayers = 2;

EncoderConfig Config(bool pooler = false) {
  EncoderConfig config = SmallEncoder(kLayers);
  config.pooler = pooler;
  return config;
}

ParameterSet Parameters(at::ScalarType dtype, bool pooler = false) { return RandomParameters(Config(pooler), dtype); }

Capture Hidden(std::set<int> layers) {
  Capture capture;
  capture.hidden = std::move(layers);
  return capture;
}

at::Tensor RealRows(const at::Tensor& hidden, const Batch& batch) {
  return hidden.flatten(0, 1).index_select(0, batch.real_rows);
}

// The hidden states of all layers at real positions, one after the other.
std::vector<at::Tensor> LayerRows(const ParameterSet& parameters, const Batch& batch,
                                  std::optional<Dropout> dropout = std::nullopt) {
  const ModelOutputs outputs = Encoder(Config()).Forward(parameters, batch, Hidden({0, 1, 2}), dropout);
  std::vector<at::Tensor> rows;
  for (const auto& [layer, hidden] : outputs.hidden) rows.push_back(RealRows(hidden, batch));
  return rows;
}

// Everything a parameter can act on, weighted differently in each element.
at::Tensor WeightedSum(const Encoder& encoder, const ParameterSet& parameters, const Batch& batch,
                       std::optional<Dropout> dropout) {
  const at::Tensor last = encoder.Forward(parameters, batch, Hidden({kLayers}), dropout).hidden.at(kLayers);
  const at::Tensor rows = encoder.head(HeadKind::kVocabulary).Transform(parameters, RealRows(last, batch));
  const at::Tensor pooled = Pooled(parameters, last);
  return (rows * RandomTensor(rows.sizes().vec(), 100)).sum() +
         (pooled * RandomTensor(pooled.sizes().vec(), 101)).sum();
}

class EncoderGradients : public ::testing::TestWithParam<bool> {};

// Along a random direction for each parameter: an error of any element shows.
TEST_P(EncoderGradients, AgreeWithDifferences) {
  constexpr double kStep = 1e-5;
  const std::optional<Dropout> dropout = GetParam() ? std::optional<Dropout>({7}) : std::nullopt;
  const Batch batch = WholeBatch(RandomStepBatch({5, 3}, 1));
  const Encoder encoder(Config(true));
  ParameterSet parameters = Parameters(at::kDouble, true);
  parameters.EnableGradients();
  WeightedSum(encoder, parameters, batch, dropout).backward();

  const at::NoGradGuard no_grad;
  for (const ParameterSpec& spec : parameters.specs()) {
    const at::Tensor direction = RandomTensor(spec.shape, 1000);
    const auto value_at = [&](double step) {
      const ParameterSet moved = parameters.To(at::kDouble, at::kCPU);
      moved.Get(spec.name).add_(direction, step);
      return WeightedSum(encoder, moved, batch, dropout).item<double>();
    };
    const double difference = (value_at(kStep) - value_at(-kStep)) / (2 * kStep);
    const double derivative = (parameters.Gradient(spec.name) * direction).sum().item<double>();
    EXPECT_NEAR(derivative, difference, 1e-7 * (1 + std::abs(difference))) << spec.name;
    // A key's bias adds the same to all scores of a query; the decoder is not run here.
    const bool without_effect =
        spec.name.find("key.bias") != std::string::npos || spec.name == "head.vocabulary.decoder.bias";
    EXPECT_EQ(std::abs(derivative) < 1e-9, without_effect) << spec.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Dropout, EncoderGradients, ::testing::Bool());

// The word embeddings' gradient from all positions of the last layer, and from a decoder that is tied to them.
at::Tensor WordGradient(bool freeze_padding, bool of_positions, bool of_decoder) {
  const Batch batch = WholeBatch(RandomStepBatch({5, 3}, 1));
  ParameterSet parameters = Parameters(at::kDouble);
  parameters.EnableGradients();
  Capture everywhere = Hidden({kLayers});
  everywhere.padding = true;
  const at::Tensor last =
      Encoder(Config()).Forward(parameters, batch, everywhere, std::nullopt, freeze_padding).hidden.at(kLayers);
  const at::Tensor logits = at::matmul(last.detach(), parameters.Get("embeddings.word").t());
  at::Tensor sum = (last * RandomTensor(last.sizes().vec(), 100)).sum() * (of_positions ? 1 : 0);
  if (of_decoder) sum = sum + (logits * RandomTensor(logits.sizes().vec(), 101)).sum();
  sum.backward();
  return parameters.Gradient("embeddings.word").clone();
}

TEST(Encoder, FrozenPaddingGetsGradientFromATiedDecoderAlone) {
  for (const bool tied : {false, true}) {
    at::Tensor expected = WordGradient(false, true, tied);
    const at::Tensor of_decoder = WordGradient(false, false, tied);
    EXPECT_GT((expected[0] - of_decoder[0]).abs().max().item<double>(), 0.01)
        << "padding learns where it is not frozen";
    expected[0] = of_decoder[0];
    EXPECT_THAT(WordGradient(true, true, tied), IsCloseTo(expected, 1e-12)) << tied;
  }
}

TEST(Encoder, DoesNotSeePadding) {
  const ParameterSet parameters = Parameters(at::kDouble);
  const StepBatch step = RandomStepBatch({5, 9}, 1);
  StepBatch alone = step;
  alone.sequences.pop_back();
  const std::vector<at::Tensor> padded = LayerRows(parameters, WholeBatch(step)),
                                bare = LayerRows(parameters, WholeBatch(alone));
  for (size_t layer = 0; layer < bare.size(); ++layer) {
    EXPECT_THAT(padded[layer].narrow(0, 0, 5), IsCloseTo(bare[layer], 1e-13)) << layer;
  }
}

TEST(Encoder, GivesPaddingNoGradient) {
  StepBatch step = RandomStepBatch({5, 9}, 1);
  step.pad_id = 10;
  for (StepSequence& sequence : step.sequences) {
    for (int32_t& id : sequence.ids) id = id == step.pad_id ? 1 : id;
  }
  const Batch batch = WholeBatch(step);
  ParameterSet parameters = Parameters(at::kDouble);
  parameters.EnableGradients();
  const std::vector<at::Tensor> rows = LayerRows(parameters, batch);
  (rows[kLayers] * RandomTensor(rows[kLayers].sizes().vec(), 5)).sum().backward();
  EXPECT_EQ(parameters.Gradient("embeddings.word")[step.pad_id].abs().max().item<double>(), 0);
  EXPECT_GT(parameters.Gradient("embeddings.word")[1].abs().max().item<double>(), 0);
  EXPECT_EQ(parameters.Gradient("embeddings.position").narrow(0, 9, 7).abs().max().item<double>(), 0);
}

TEST(Encoder, IsTheSameInSlices) {
  for (at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    for (const std::optional<Dropout>& dropout : {std::optional<Dropout>(), std::optional<Dropout>({3})}) {
      const ParameterSet parameters = Parameters(dtype);
      const StepBatch step = RandomStepBatch({5, 9, 7, 2}, 1);
      const std::vector<at::Tensor> whole = LayerRows(parameters, WholeBatch(step), dropout);
      int64_t row = 0;
      for (const auto& [begin, end] : {std::pair(0, 1), std::pair(1, 3), std::pair(3, 4)}) {
        const std::vector<at::Tensor> part = LayerRows(parameters, step.Slice(begin, end, at::kCPU), dropout);
        for (size_t layer = 0; layer < part.size(); ++layer) {
          EXPECT_THAT(part[layer],
                      IsCloseTo(whole[layer].narrow(0, row, part[layer].size(0)), dtype == at::kDouble ? 1e-13 : 1e-5));
        }
        row += part[0].size(0);
      }
      EXPECT_EQ(row, 23);
    }
  }
}

TEST(Encoder, KeepsWhatIsNamed) {
  const Encoder encoder(Config());
  const ParameterSet parameters = Parameters(at::kFloat);
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  Capture capture;
  capture.attention = {1};
  ModelOutputs outputs = encoder.Forward(parameters, batch, capture, std::nullopt);
  EXPECT_TRUE(outputs.hidden.empty());
  ASSERT_EQ(outputs.attention.size(), 1u);
  EXPECT_EQ(outputs.attention.at(1).query().sizes(), at::IntArrayRef({2, 2, 9, 4}));
  EXPECT_TRUE(at::equal(outputs.attention.at(1).valid(), batch.valid));

  capture.logits = {{HeadKind::kVocabulary, RowSet::kLabelled}};
  outputs = encoder.Forward(parameters, batch, capture, std::nullopt);
  ASSERT_EQ(outputs.hidden.size(), 1u);
  EXPECT_EQ(outputs.hidden.at(kLayers).sizes(), at::IntArrayRef({2, 9, 8}));
}

// A layer that nobody asked for is not run: values in it that would spoil everything do no harm.
TEST(Encoder, RunsNoDeeperThanAsked) {
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  ParameterSet parameters = Parameters(at::kFloat);
  const at::Tensor want = Encoder(Config()).Forward(parameters, batch, Hidden({1}), std::nullopt).hidden.at(1);
  parameters.EnableGradients();
  for (const ParameterSpec& spec : parameters.specs()) {
    if (spec.name.rfind("layer.2.", 0) != 0) continue;
    EXPECT_TRUE(parameters.Set(spec.name, at::full(spec.shape, NAN)).ok());
  }
  const at::Tensor got = Encoder(Config()).Forward(parameters, batch, Hidden({0, 1}), std::nullopt).hidden.at(1);
  EXPECT_TRUE(at::equal(got, want));
  got.sum().backward();
  EXPECT_EQ(parameters.Gradient("layer.2.attention.query.weight").abs().max().item<float>(), 0);
  EXPECT_TRUE(Encoder(Config()).Forward(parameters, batch, Capture(), std::nullopt).hidden.empty());
}

TEST(Encoder, DropsByTheSeedAlone) {
  const ParameterSet parameters = Parameters(at::kFloat);
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  const std::vector<at::Tensor> without = LayerRows(parameters, batch), one = LayerRows(parameters, batch, Dropout{1}),
                                again = LayerRows(parameters, batch, Dropout{1}),
                                two = LayerRows(parameters, batch, Dropout{2});
  for (size_t layer = 0; layer < one.size(); ++layer) {
    EXPECT_TRUE(at::equal(one[layer], again[layer])) << layer;
    EXPECT_FALSE(at::equal(one[layer], two[layer])) << layer;
    EXPECT_FALSE(at::equal(one[layer], without[layer])) << layer;
  }
  // Another pass over the data drops other things.
  Batch later = batch;
  later.epoch = 1;
  EXPECT_FALSE(at::equal(LayerRows(parameters, later, Dropout{1})[0], one[0]));
}

// A rate of 0 is no dropout: no site's draws are read elsewhere.
TEST(Encoder, DropsNothingAtRateZero) {
  EncoderConfig config = Config();
  config.hidden_dropout = config.attention_dropout = 0;
  const ParameterSet parameters = Parameters(at::kFloat);
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  const Encoder encoder(config);
  EXPECT_TRUE(at::equal(encoder.Forward(parameters, batch, Hidden({2}), Dropout{1}).hidden.at(2),
                        encoder.Forward(parameters, batch, Hidden({2}), std::nullopt).hidden.at(2)));
}

TEST(Encoder, RunsInBfloat16) {
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  ParameterSet rounded = Parameters(at::kFloat).To(at::kBFloat16, at::kCPU);
  const std::vector<at::Tensor> want = LayerRows(rounded.To(at::kDouble, at::kCPU), batch);
  rounded.EnableGradients();
  const std::vector<at::Tensor> got = LayerRows(rounded, batch);
  for (size_t layer = 0; layer < got.size(); ++layer) {
    EXPECT_EQ(got[layer].scalar_type(), at::kBFloat16);
    EXPECT_THAT(got[layer], IsCloseTo(want[layer], 0.05)) << layer;
  }
  got[kLayers].sum().backward();
  EXPECT_EQ(rounded.flat_gradient().scalar_type(), at::kFloat);
  EXPECT_TRUE(rounded.flat_gradient().isfinite().all().item<bool>());
}

TEST(Encoder, CountsOperations) {
  const Encoder encoder(Config());
  const RowCounter rows = [](RowSet) { return 7.0; };
  const PassSize size = PassSize::OfEqual(3, 5, 5);
  // Per row and layer 2·(4·8² + 2·8·16) in projections and 2·2·8·S in attention.
  const double layers = 15.0 * 2 * (1024 + 160);
  EXPECT_EQ(encoder.ForwardFlops(size, Hidden({2}), rows), layers);
  EXPECT_EQ(encoder.ForwardFlops(size, Hidden({1}), rows), layers / 2);
  // Per vocabulary row 2·8² in the transform and 2·8·11 in the decoder.
  EXPECT_EQ(encoder.ForwardFlops(size, {{}, {}, {{HeadKind::kVocabulary, RowSet::kReal}}}, rows),
            layers + 7.0 * (128 + 176));
  // The same where a loss without logits reads them, and another some of them.
  Capture without;
  without.logits = {{HeadKind::kVocabulary, RowSet::kLabelled}};
  without.decoder_inputs = {RowSet::kReal};
  EXPECT_EQ(encoder.ForwardFlops(size, without, rows), layers + 7.0 * (128 + 176));
}

// Lengths 5 and 3, padded to 5: 8 rows, of 5² + 3² pairs; or 10 of 2 · 5² where padding is read.
TEST(Encoder, CountsPaddingWhereItIsReadAlone) {
  const Encoder encoder(Config());
  const PassSize size = PassSize::Of(WholeBatch(RandomStepBatch({5, 3}, 1)).masks);
  const RowCounter none = [](RowSet) { return 0.0; };
  EXPECT_EQ(encoder.ForwardFlops(size, Hidden({1}), none), 8.0 * 1024 + 34.0 * 32);
  Capture everywhere = Hidden({1});
  everywhere.padding = true;
  EXPECT_EQ(encoder.ForwardFlops(size, everywhere, none), 10.0 * 1024 + 50.0 * 32);
}

TEST(Encoder, CountsOperationsOfEveryHeadAndOfAGate) {
  EncoderConfig config = testing::SmallModel("bert", 1, {HeadKind::kClasses, HeadKind::kSpans});
  config.layers.front().feed_forward.gated = true;
  const RowCounter rows = [](RowSet) { return 3.0; };
  const PassSize size = PassSize::OfEqual(3, 5, 5);
  const double layer = 15.0 * (2 * (4 * 64 + 3 * 8 * 16) + 160);
  // The pooler 2·8² and two classes 2·8·2 per sequence; two logits per position.
  EXPECT_EQ(Encoder(config).ForwardFlops(size, {{}, {}, {{HeadKind::kClasses, RowSet::kSequences}}}, rows),
            layer + 3.0 * (128 + 32));
  EXPECT_EQ(Encoder(config).ForwardFlops(size, {{}, {}, {{HeadKind::kSpans, RowSet::kSequences}}}, rows),
            layer + 15.0 * 32);
}

// Layers of every kind, one after the other, against plain formulas without dropout: LayerNorm before or after the
// parts, gated or not, with and without biases, heads that are narrower than the width, causal attention.
TEST(Encoder, ComputesWhatItsLayersSpecify) {
  EncoderConfig config = SmallEncoder(3);
  config.embedding_norm = false;
  config.final_norm = true;
  config.layers[0].norm = NormPlacement::kPre;
  config.layers[0].feed_forward.gated = true;
  config.layers[1].attention.bias = config.layers[1].feed_forward.bias = false;
  config.layers[1].attention.head_size = 3;
  config.layers[2].feed_forward = {5, Activation::kTanh, /*gated=*/true, /*bias=*/false};
  testing::MakeCausal(&config);
  const ParameterSet parameters = RandomParameters(config, at::kDouble);
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  const PlainEncoder plain{config, parameters};
  const ModelOutputs outputs = Encoder(config).Forward(parameters, batch, Hidden({0, 1, 2, 3}), std::nullopt);
  at::Tensor hidden = plain.Embed(batch);
  EXPECT_THAT(RealRows(outputs.hidden.at(0), batch), IsCloseTo(RealRows(hidden, batch), 1e-12));
  for (int layer = 1; layer <= 3; ++layer) {
    hidden = plain.Layer(layer, hidden, batch);
    const at::Tensor& last = layer == 3 ? plain.Norm("final.norm", hidden) : hidden;
    EXPECT_THAT(RealRows(outputs.hidden.at(layer), batch), IsCloseTo(RealRows(last, batch), 1e-12)) << layer;
  }
}

TEST(Encoder, AddsTheTypeOfEachToken) {
  StepBatch step = RandomStepBatch({5, 9}, 1);
  const ParameterSet parameters = Parameters(at::kDouble);
  const at::Tensor plain = Encoder(Config()).Forward(parameters, WholeBatch(step), Hidden({0}), std::nullopt).hidden[0];
  step.sequences[0].token_types = {0, 0, 0, 0, 0};
  const Batch zeros = WholeBatch(step);
  EXPECT_TRUE(at::equal(Encoder(Config()).Forward(parameters, zeros, Hidden({0}), std::nullopt).hidden[0], plain));

  step.sequences[0].token_types = {0, 1, 0, 1, 1};
  EncoderConfig config = Config();
  config.embedding_norm = false;
  const auto embed = [&](const Batch& batch) {
    return Encoder(config).Forward(parameters, batch, Hidden({0}), std::nullopt).hidden[0];
  };
  const at::Tensor difference = embed(WholeBatch(step)) - embed(zeros);
  const at::Tensor& types = parameters.Get("embeddings.token_type");
  for (int64_t s = 0; s < 9; ++s) {
    const bool second = s == 1 || s == 3 || s == 4;
    EXPECT_THAT(difference[0][s], IsCloseTo(second ? types[1] - types[0] : types[0] * 0, 1e-13)) << s;
    EXPECT_EQ(difference[1][s].abs().max().item<double>(), 0) << s;
  }
}

TEST(EncoderDeathTest, RefusesMoreThanItsPositions) {
  const ParameterSet parameters = Parameters(at::kFloat);
  const Batch batch = WholeBatch(RandomStepBatch({17}, 1));
  EXPECT_DEATH(LayerRows(parameters, batch), "17 vs. 16");
}

}  // namespace
}  // namespace retort
