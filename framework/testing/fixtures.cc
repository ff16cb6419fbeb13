#include "framework/testing/fixtures.h"

#include <cmath>
#include <memory>
#include <utility>

#include "ATen/CPUGeneratorImpl.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/randn.h"
#include "framework/base/philox.h"
#include "framework/model/family/family.h"
#include "glog/logging.h"
#include "google/protobuf/empty.pb.h"

namespace retort::testing {
namespace {

constexpr int64_t kFirstPiece = 1;  // 0 is padding.

class BlockMapping final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const google::protobuf::Empty&,
                                                             const LayerMappingContext&) {
    return std::make_unique<BlockMapping>();
  }
  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override {
    std::vector<LayerPair> pairs;
    for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, m * teacher_layers / student_layers, 1});
    return pairs;
  }
};

}  // namespace

at::Tensor RandomTensor(const std::vector<int64_t>& shape, uint64_t seed, at::ScalarType dtype) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kDouble)).to(dtype);
}

void SetHeads(int64_t heads, EncoderConfig* config) {
  LayerSpec layer = config->layers.front();
  layer.attention.heads = heads;
  CHECK(SetLayers(config->depth(), layer, config).ok()) << heads;
}

void MakeCausal(EncoderConfig* config) {
  for (LayerSpec& layer : config->layers) layer.attention.causal = true;
}

EncoderConfig SmallEncoder(int64_t layers) {
  EncoderConfig config;
  config.vocabulary_size = 11;
  config.hidden_size = 8;
  LayerSpec layer;
  layer.attention.heads = 2;
  layer.feed_forward.width = 16;
  CHECK(SetLayers(layers, layer, &config).ok()) << layers;
  config.max_positions = 16;
  config.heads = {HeadSpec()};
  return config;
}

EncoderConfig SmallModel(const std::string& family, int64_t layers, const std::vector<HeadKind>& heads) {
  const ModelFamily& of_family = *FindFamily(family);
  EncoderConfig config = SmallEncoder(layers);
  config.family = family;
  for (LayerSpec& layer : config.layers) layer.feed_forward.activation = of_family.activation;
  of_family.fix(&config);
  config.heads.clear();
  for (HeadKind kind : heads) {
    config.heads.push_back(of_family.head(kind, config));
    config.pooler = config.pooler || config.heads.back().pooling == Pooling::kPooler;
  }
  return config;
}

StepBatch RandomStepBatch(const std::vector<int64_t>& lengths, uint64_t seed) {
  const int64_t pieces = SmallEncoder(1).vocabulary_size - kFirstPiece;
  auto piece = [&](size_t sequence, int64_t position, uint32_t purpose) {
    const PhiloxCounter bits =
        Philox4x32({static_cast<uint32_t>(sequence), static_cast<uint32_t>(position), purpose, 0},
                   {static_cast<uint32_t>(seed), 0});
    return static_cast<int32_t>(kFirstPiece + bits[0] % pieces);
  };
  StepBatch step;
  for (size_t b = 0; b < lengths.size(); ++b) {
    StepSequence sequence;
    sequence.sample_id = static_cast<int64_t>(b);
    for (int64_t s = 0; s < lengths[b]; ++s) {
      sequence.ids.push_back(piece(b, s, 0));
      sequence.labels.push_back(s % 3 == 1 ? piece(b, s, 1) : static_cast<int32_t>(kNoLabel));
    }
    sequence.class_label = piece(b, 0, 2) % 2;
    sequence.score = static_cast<float>(piece(b, 0, 3)) / 10;
    sequence.span.first = piece(b, 0, 4) % lengths[b];
    sequence.span.last = sequence.span.first + piece(b, 0, 5) % (lengths[b] - sequence.span.first);
    step.sequences.push_back(std::move(sequence));
  }
  return step;
}

Batch WholeBatch(const StepBatch& step) { return step.Slice(0, static_cast<int64_t>(step.sequences.size()), at::kCPU); }

ModelOutputs RandomOutputs(const EncoderConfig& config, const Batch& batch, const Capture& capture, uint64_t seed,
                           at::ScalarType dtype) {
  ModelOutputs outputs;
  for (int layer : capture.hidden) {
    outputs.hidden[layer] =
        RandomTensor({batch.sequences(), batch.positions(), config.hidden_size}, seed * 1000 + layer, dtype);
  }
  for (int layer : capture.attention) {
    const AttentionSpec& spec = config.layer(layer).attention;
    const std::vector<int64_t> shape = {batch.sequences(), spec.heads, batch.positions(), spec.head_size};
    const uint64_t layer_seed = seed * 1000 + 100 + 3 * layer;
    outputs.attention[layer] =
        AttentionState(RandomTensor(shape, layer_seed, dtype), RandomTensor(shape, layer_seed + 1, dtype),
                       RandomTensor(shape, layer_seed + 2, dtype), batch.valid, spec.causal);
  }
  return outputs;
}

at::Tensor PlainScores(const AttentionState& attention) {
  const double root = std::sqrt(static_cast<double>(attention.query().size(-1)));
  return at::matmul(attention.query(), attention.key().transpose(-2, -1)) / root;
}

ModelOutputs SliceOutputs(const ModelOutputs& outputs, int64_t begin, int64_t end) {
  ModelOutputs slice;
  for (const auto& [layer, hidden] : outputs.hidden) slice.hidden[layer] = hidden.slice(0, begin, end);
  for (const auto& [layer, state] : outputs.attention) {
    slice.attention[layer] =
        AttentionState(state.query().slice(0, begin, end), state.key().slice(0, begin, end),
                       state.value().slice(0, begin, end), state.valid().slice(0, begin, end), state.causal());
  }
  return slice;
}

LogitRows RandomLogitRows(const Batch& batch, RowSet rows, int64_t outputs, uint64_t seed, at::ScalarType dtype) {
  const int64_t count = batch.masks.Rows(rows);
  LogitRows logits;
  logits.student = RandomTensor({count, outputs}, seed * 1000, dtype);
  logits.teacher = RandomTensor({count, outputs}, seed * 1000 + 1, dtype);
  logits.labels = rows == RowSet::kSequences ? batch.classes : batch.labels.flatten().index_select(0, batch.rows(rows));
  return logits;
}

const LayerMappingRegistry& TestMappings() {
  static const auto* mappings = [] {
    auto* registry = new LayerMappingRegistry();
    registry->Register<BlockMapping, google::protobuf::Empty>();
    return registry;
  }();
  return *mappings;
}

google::protobuf::Any TestMapping() {
  google::protobuf::Any choice;
  choice.PackFrom(google::protobuf::Empty());
  return choice;
}

}  // namespace retort::testing
