// Real positions alone against the padded computation, which Capture::padding asks for.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "framework/model/encoder.h"
#include "framework/model/test_plain_encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::PlainEncoder;
using testing::RandomParameters;
using testing::RandomTensor;

constexpr int kLayers = 2;

Capture Everything(bool padding) {
  Capture capture;
  capture.hidden = {0, 1, kLayers};
  capture.attention = {1, kLayers};
  capture.padding = padding;
  return capture;
}

// One sequence is full, one is of a single position, and one has tokens of several types where there are some.
Batch Ragged(int64_t token_types) {
  StepBatch step = testing::RandomStepBatch({5, 9, 1, 7}, 1);
  if (token_types > 1) step.sequences[1].token_types = {0, 0, 0, 1, 1, 1, 1, 0, 1};
  step.sequences[3].ids[2] = step.pad_id;  // A real position may hold the padding id.
  return testing::WholeBatch(step);
}

std::vector<at::Tensor> Kept(const ModelOutputs& outputs) {
  std::vector<at::Tensor> kept;
  for (const auto& [layer, hidden] : outputs.hidden) kept.push_back(hidden);
  for (const auto& [layer, state] : outputs.attention) {
    for (const at::Tensor& heads : {state.query(), state.key(), state.value()}) {
      kept.push_back(heads.transpose(1, 2).flatten(2));
    }
  }
  return kept;
}

// What a pass keeps, and the gradient of a sum over its real positions, with every head's logits.
struct Result {
  std::vector<at::Tensor> kept;
  at::Tensor gradient;
};

struct Setting {
  std::string family = "bert";
  bool causal = false, freeze_padding = false;
  std::optional<Dropout> dropout;
  Pooling pooling = Pooling::kPooler;
};

Result Run(const Setting& setting, at::ScalarType type, bool padding) {
  EncoderConfig config = testing::SmallModel(setting.family, kLayers, {HeadKind::kVocabulary, HeadKind::kClasses});
  if (setting.causal) testing::MakeCausal(&config);
  for (HeadSpec& head : config.heads) {
    if (head.kind == HeadKind::kClasses) head.pooling = setting.pooling;
  }
  config.pooler = setting.pooling == Pooling::kPooler;
  const Encoder encoder(config);
  ParameterSet parameters = RandomParameters(config, type);
  parameters.EnableGradients();
  const Batch batch = Ragged(config.token_types);
  const at::Tensor real = batch.valid.unsqueeze(-1).to(type);
  const ModelOutputs outputs =
      encoder.Forward(parameters, batch, Everything(padding), setting.dropout, setting.freeze_padding);
  const at::Tensor last = outputs.hidden.at(kLayers);
  Result result;
  result.kept = Kept(outputs);
  at::Tensor sum = encoder.head(HeadKind::kClasses).BatchLogits(parameters, batch, last, setting.dropout).sum();
  uint64_t seed = 0;
  for (at::Tensor& kept : result.kept) {
    sum = sum + (kept * real * RandomTensor(kept.sizes().vec(), ++seed, type)).sum();
    kept = kept.detach();
  }
  sum.backward();
  result.gradient = parameters.flat_gradient().clone();
  return result;
}

void ExpectSameAsPadded(const Setting& setting) {
  const at::Tensor valid = Ragged(1).valid.unsqueeze(-1);
  for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-6)}) {
    const Result packed = Run(setting, type, false), padded = Run(setting, type, true);
    for (size_t i = 0; i < packed.kept.size(); ++i) {
      EXPECT_THAT(packed.kept[i], IsCloseTo(padded.kept[i].masked_fill(valid.logical_not(), 0), 5 * tolerance)) << i;
      EXPECT_GT(padded.kept[i].masked_fill(valid, 0).abs().max().item<double>(), 0) << "padding is computed " << i;
    }
    const double largest = padded.gradient.abs().max().item<double>();
    EXPECT_THAT(packed.gradient / largest, IsCloseTo(padded.gradient / largest, tolerance));
  }
}

TEST(EncoderPacking, ChangesNothing) { ExpectSameAsPadded({}); }

TEST(EncoderPacking, DropsTheSame) {
  Setting setting;
  setting.dropout = Dropout{7};
  ExpectSameAsPadded(setting);
  setting.family = "distilbert";
  setting.pooling = Pooling::kFirst;
  ExpectSameAsPadded(setting);
}

TEST(EncoderPacking, ChangesNothingInCausalModels) {
  Setting setting;
  setting.family = "gpt2";
  setting.causal = true;
  setting.pooling = Pooling::kLast;
  ExpectSameAsPadded(setting);
  setting.dropout = Dropout{7};
  ExpectSameAsPadded(setting);
}

TEST(EncoderPacking, ChangesNoMeanAndNoOffsetOfPositions) {
  Setting setting;
  setting.family = "roberta";
  setting.pooling = Pooling::kMean;
  ExpectSameAsPadded(setting);
}

TEST(EncoderPacking, LeavesFrozenPaddingFrozen) {
  Setting setting;
  setting.freeze_padding = true;
  ExpectSameAsPadded(setting);
}

// What TinyBERT's code reads: padded queries attend to real keys.
TEST(EncoderPacking, PaddingThatIsReadIsComputedAsOtherPositions) {
  const EncoderConfig config = testing::SmallEncoder(kLayers);
  const ParameterSet parameters = RandomParameters(config, at::kDouble);
  const Batch batch = testing::WholeBatch(testing::RandomStepBatch({5, 9}, 1));
  const PlainEncoder plain{config, parameters};
  const ModelOutputs outputs = Encoder(config).Forward(parameters, batch, Everything(true), std::nullopt);
  at::Tensor hidden = plain.Norm("embeddings.norm", plain.Embed(batch));
  EXPECT_THAT(outputs.hidden.at(0), IsCloseTo(hidden, 1e-12));
  for (int layer = 1; layer <= kLayers; ++layer) {
    hidden = plain.Layer(layer, hidden, batch);
    EXPECT_THAT(outputs.hidden.at(layer), IsCloseTo(hidden, 1e-12)) << layer;
  }
}

}  // namespace
}  // namespace retort
