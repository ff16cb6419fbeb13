// Encoders with bottlenecks, several feed-forward networks in a layer, and trigrams of narrow word embeddings.

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/zeros_like.h"
#include "framework/model/encoder.h"
#include "framework/model/test_plain_encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::PlainEncoder;
using testing::RandomStepBatch;
using testing::RandomTensor;
using testing::WholeBatch;

constexpr int kLayers = 2;

// H = 8, D = 4, E = 3, three feed-forward networks of width 16.
EncoderConfig Config(NormKind norm = NormKind::kElementwise, bool feeds_attention = false) {
  EncoderConfig config = testing::SmallModel("mobilebert", kLayers);
  LayerSpec layer = config.layers.front();
  layer.bottleneck = {4, feeds_attention};
  layer.feed_forward.networks = 3;
  EXPECT_TRUE(SetLayers(kLayers, layer, &config).ok());
  config.embedding_size = 3;
  config.norm_kind = norm;
  config.outer_norm_epsilon = 0.125;
  return config;
}

ParameterSet RandomParameters(const EncoderConfig& config, at::ScalarType dtype = at::kDouble) {
  ParameterSet parameters(EncoderParameterSpecs(config), dtype, c10::Device(at::kCPU));
  uint64_t seed = 0;
  for (const ParameterSpec& spec : parameters.specs()) {
    const at::Tensor draws = RandomTensor(spec.shape, ++seed) * 0.3;
    parameters.Get(spec.name).copy_(spec.kind == ParameterKind::kNormScale ? 1 + draws : draws);
  }
  return parameters;
}

Capture AllHidden() {
  Capture capture;
  capture.hidden = {0, 1, 2};
  return capture;
}

at::Tensor RealRows(const at::Tensor& hidden, const Batch& batch) {
  return hidden.flatten(0, 1).index_select(0, batch.real_rows);
}

// The embedding output, position by position; 0 where there is padding.
at::Tensor PlainEmbedding(const PlainEncoder& plain, const Batch& batch) {
  const at::Tensor& words = plain.parameters.Get("embeddings.word");
  const at::Tensor nothing = at::zeros_like(words[0]);
  std::vector<at::Tensor> sequences;
  for (int64_t b = 0; b < batch.sequences(); ++b) {
    const auto word = [&](int64_t s) {
      return 0 <= s && s < batch.masks.lengths[b] ? words[batch.ids[b][s].item<int64_t>()] : nothing;
    };
    std::vector<at::Tensor> rows;
    for (int64_t s = 0; s < batch.positions(); ++s) rows.push_back(at::cat({word(s + 1), word(s), word(s - 1)}));
    sequences.push_back(at::stack(rows));
  }
  const at::Tensor hidden = plain.Linear("embeddings.projection", at::stack(sequences)) +
                            plain.parameters.Get("embeddings.position").narrow(0, 0, batch.positions()) +
                            plain.parameters.Get("embeddings.token_type")[0];
  return plain.Norm("embeddings.norm", hidden, *plain.config.outer_norm_epsilon);
}

class Bottleneck : public ::testing::TestWithParam<std::tuple<NormKind, bool>> {};

// Hidden states of all layers, and the gradient of every parameter, against plain formulas.
TEST_P(Bottleneck, ComputesThePlainFormulas) {
  const EncoderConfig config = Config(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const Batch batch = WholeBatch(RandomStepBatch({5, 9, 1}, 1));
  ParameterSet got = RandomParameters(config), want = RandomParameters(config);
  got.EnableGradients();
  want.EnableGradients();
  const PlainEncoder plain{config, want};
  const ModelOutputs outputs = Encoder(config).Forward(got, batch, AllHidden(), std::nullopt);
  at::Tensor hidden = PlainEmbedding(plain, batch);
  EXPECT_THAT(RealRows(outputs.hidden.at(0), batch), IsCloseTo(RealRows(hidden, batch), 1e-12));
  for (int layer = 1; layer <= kLayers; ++layer) {
    hidden = plain.Layer(layer, hidden, batch);
    EXPECT_THAT(RealRows(outputs.hidden.at(layer), batch), IsCloseTo(RealRows(hidden, batch), 1e-12)) << layer;
  }
  const at::Tensor weights = RandomTensor({15, 8}, 7);
  (RealRows(outputs.hidden.at(kLayers), batch) * weights).sum().backward();
  (RealRows(hidden, batch) * weights).sum().backward();
  for (const ParameterSpec& spec : got.specs()) {
    EXPECT_THAT(got.Gradient(spec.name), IsCloseTo(want.Gradient(spec.name), 1e-11)) << spec.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Bottleneck,
                         ::testing::Combine(::testing::Values(NormKind::kLayer, NormKind::kElementwise),
                                            ::testing::Bool()));

TEST(BottleneckEncoder, GivesAttentionThatIsInside) {
  const EncoderConfig config = Config();
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  Capture capture = AllHidden();
  capture.attention = {1};
  const ModelOutputs outputs = Encoder(config).Forward(RandomParameters(config), batch, capture, std::nullopt);
  EXPECT_EQ(outputs.attention.at(1).query().sizes(), at::IntArrayRef({2, 2, 9, 2}));
  EXPECT_EQ(outputs.attention.at(1).value().sizes(), at::IntArrayRef({2, 2, 9, 2}));
  EXPECT_EQ(outputs.hidden.at(1).sizes(), at::IntArrayRef({2, 9, 8}));
}

// Trigrams reach beyond a sequence's end, where padding's embedding is not 0 here.
TEST(BottleneckEncoder, DoesNotSeePadding) {
  EncoderConfig config = Config();
  config.attention_dropout = 0;  // Whose draws are by the step's longest sequence.
  const ParameterSet parameters = RandomParameters(config);
  StepBatch step = RandomStepBatch({5, 9}, 1);
  const Batch padded = WholeBatch(step);
  step.sequences.pop_back();
  const Batch alone = WholeBatch(step);
  for (const std::optional<Dropout>& dropout : {std::optional<Dropout>(), std::optional<Dropout>({3})}) {
    const ModelOutputs wide = Encoder(config).Forward(parameters, padded, AllHidden(), dropout);
    const ModelOutputs narrow = Encoder(config).Forward(parameters, alone, AllHidden(), dropout);
    for (const auto& [layer, hidden] : narrow.hidden) {
      EXPECT_THAT(wide.hidden.at(layer).narrow(0, 0, 1).narrow(1, 0, 5), IsCloseTo(hidden, 1e-12)) << layer;
    }
  }
}

// What is dropped within a layer is attention's weights, and what leaves the bottleneck.
TEST(BottleneckEncoder, DropsWhatLeavesIt) {
  EncoderConfig config = Config();
  config.attention_dropout = 0;
  config.hidden_dropout = 0.999999;
  ParameterSet parameters = RandomParameters(config);
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  const ModelOutputs outputs = Encoder(config).Forward(parameters, batch, AllHidden(), Dropout{1});
  const at::Tensor& scale = parameters.Get("layer.1.bottleneck.output.norm.scale");
  const at::Tensor& shift = parameters.Get("layer.1.bottleneck.output.norm.shift");
  const at::Tensor want = outputs.hidden.at(0) * scale + shift;
  EXPECT_THAT(RealRows(outputs.hidden.at(1), batch), IsCloseTo(RealRows(want, batch), 1e-12));
}

TEST(BottleneckEncoder, RunsInBfloat16) {
  const EncoderConfig config = Config();
  const Batch batch = WholeBatch(RandomStepBatch({5, 9}, 1));
  ParameterSet rounded = RandomParameters(config, at::kFloat).To(at::kBFloat16, at::kCPU);
  const ModelOutputs want =
      Encoder(config).Forward(rounded.To(at::kDouble, at::kCPU), batch, AllHidden(), std::nullopt);
  rounded.EnableGradients();
  const ModelOutputs got = Encoder(config).Forward(rounded, batch, AllHidden(), std::nullopt);
  EXPECT_EQ(got.hidden.at(kLayers).scalar_type(), at::kBFloat16);
  EXPECT_THAT(RealRows(got.hidden.at(kLayers), batch), IsCloseTo(RealRows(want.hidden.at(kLayers), batch), 0.1));
  got.hidden.at(kLayers).sum().backward();
  EXPECT_TRUE(rounded.flat_gradient().isfinite().all().item<bool>());
}

TEST(BottleneckEncoder, CountsOperations) {
  const RowCounter rows = [](RowSet) { return 7.0; };
  Capture last;
  last.hidden = {kLayers};
  // Per position: embeddings 2·9·8; per layer three dense layers around 2·3·4·8, queries, keys and attention's output
  // 2·3·4·4, values 2·4·8, scores 4·4·5, three networks 2·3·2·4·16.
  const double layer = 192 + 96 + 64 + 80 + 768;
  EXPECT_EQ(Encoder(Config()).ForwardFlops(PassSize::OfEqual(3, 5, 5), last, rows), 15.0 * (144 + kLayers * layer));
  // Two dense layers around, and values of the inner width.
  EXPECT_EQ(Encoder(Config(NormKind::kLayer, true)).ForwardFlops(PassSize::OfEqual(3, 5, 5), last, rows),
            15.0 * (144 + kLayers * (layer - 64 - 32)));
}

// The paper's model, as transformers counts it: MobileBertModel and MobileBertForMaskedLM, which has no pooler.
TEST(BottleneckEncoder, HasTheParametersOfThePapersModel) {
  EncoderConfig config = testing::SmallModel("mobilebert", 1);
  config.vocabulary_size = 30522;
  config.hidden_size = config.max_positions = 512;
  config.embedding_size = 128;
  LayerSpec layer = config.layers.front();
  layer.bottleneck.width = 128;
  layer.attention.heads = 4;
  layer.feed_forward.width = 512;
  ASSERT_TRUE(SetLayers(24, layer, &config).ok());
  const auto count = [](const EncoderConfig& of) {
    int64_t sum = 0;
    for (const ParameterSpec& spec : EncoderParameterSpecs(of)) sum += spec.size();
    return sum;
  };
  EXPECT_EQ(count(config), 36596538);
  config.heads.clear();
  config.pooler = true;
  EXPECT_EQ(count(config), 24844544);
}

}  // namespace
}  // namespace retort
