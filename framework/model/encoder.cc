#include "framework/model/encoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/embedding.h"
#include "ATen/ops/tanh.h"
#include "absl/strings/str_cat.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/gelu/gelu.h"
#include "framework/ops/layer_norm/layer_norm.h"
#include "framework/ops/matmul/matmul.h"
#include "framework/ops/packing/packing.h"
#include "glog/logging.h"

namespace retort {
namespace {

using Specs = std::vector<ParameterSpec>;

void AddLinear(const std::string& name, int64_t out, int64_t in, bool bias, Specs* specs) {
  specs->push_back({name + ".weight", {out, in}, ParameterKind::kWeight});
  if (bias) specs->push_back({name + ".bias", {out}, ParameterKind::kBias});
}

void AddNorm(const std::string& name, int64_t width, Specs* specs) {
  specs->push_back({name + ".scale", {width}, ParameterKind::kNormScale});
  specs->push_back({name + ".shift", {width}, ParameterKind::kNormShift});
}

void AddLayer(const std::string& name, const LayerSpec& layer, int64_t width, Specs* specs) {
  const AttentionSpec& attention = layer.attention;
  const FeedForwardSpec& feed_forward = layer.feed_forward;
  const int64_t inner = attention.heads * attention.head_size;
  for (const char* part : {"query", "key", "value"}) {
    AddLinear(absl::StrCat(name, ".attention.", part), inner, width, attention.bias, specs);
  }
  AddLinear(name + ".attention.output", width, inner, attention.bias, specs);
  AddNorm(name + ".attention.norm", width, specs);
  AddLinear(name + ".feed_forward.up", feed_forward.width, width, feed_forward.bias, specs);
  if (feed_forward.gated) AddLinear(name + ".feed_forward.gate", feed_forward.width, width, feed_forward.bias, specs);
  AddLinear(name + ".feed_forward.down", width, feed_forward.width, feed_forward.bias, specs);
  AddNorm(name + ".feed_forward.norm", width, specs);
}

// The rows that are computed: real positions, or all where padding is read or there is none.
ops::Packing PackingOf(const Batch& batch, bool reads_padding) {
  ops::Packing packing;
  packing.lengths = batch.masks.lengths;
  packing.positions = batch.positions();
  if (batch.all_valid) return packing;
  packing.valid = batch.valid;
  if (!reads_padding) packing.rows = batch.real_rows;
  return packing;
}

// One forward pass: the configuration, parameters, batch and dropout that all of its layers share. Hidden states are
// rows, [n, H].
class Pass {
 public:
  Pass(const EncoderConfig& config, const ParameterSet& parameters, const Batch& batch, ops::Packing packing,
       std::optional<Dropout> dropout)
      : config_(config), parameters_(parameters), batch_(batch), packing_(std::move(packing)), dropout_(dropout) {}

  at::Tensor Embed(bool freeze_padding) const {
    constexpr int64_t kNone = -1;
    at::Tensor hidden = at::embedding(parameters_.Get("embeddings.word"), batch_.ids,
                                      /*padding_idx=*/freeze_padding ? config_.pad_token_id : kNone);
    at::Tensor positions =
        parameters_.Get("embeddings.position").narrow(0, config_.position_offset, batch_.positions());
    if (config_.token_types > 0) positions = positions + TokenTypes();
    hidden = ops::Pack(hidden + positions, packing_);
    return DropHidden(config_.embedding_norm ? Norm("embeddings.norm", hidden) : hidden, 0);
  }

  at::Tensor Layer(int number, const at::Tensor& hidden, AttentionState* kept) const {
    const LayerSpec& layer = config_.layer(number);
    const std::string name = absl::StrCat("layer.", number);
    const uint32_t site = 3 * number - 2;
    const at::Tensor middle = Residual(layer.norm, name + ".attention", hidden, site + 1, [&](const at::Tensor& x) {
      return SelfAttention(layer.attention, name + ".attention", x, site, kept);
    });
    return Residual(layer.norm, name + ".feed_forward", middle, site + 2,
                    [&](const at::Tensor& x) { return FeedForward(layer.feed_forward, name + ".feed_forward", x); });
  }

  // What the last layer's output is read as.
  at::Tensor Finish(const at::Tensor& hidden) const { return config_.final_norm ? Norm("final.norm", hidden) : hidden; }

 private:
  // [H] of the first type, or [B, S, H].
  at::Tensor TokenTypes() const {
    const at::Tensor& table = parameters_.Get("embeddings.token_type");
    return batch_.token_types.defined() ? at::embedding(table, batch_.token_types) : table.select(0, 0);
  }

  template <typename Part>
  at::Tensor Residual(NormPlacement placement, const std::string& name, const at::Tensor& x, uint32_t site,
                      const Part& part) const {
    switch (placement) {
      case NormPlacement::kPre:
        return x + DropHidden(part(Norm(name + ".norm", x)), site);
      case NormPlacement::kPost:
        return Norm(name + ".norm", DropHidden(part(x), site) + x);
    }
    return x;
  }

  at::Tensor SelfAttention(const AttentionSpec& spec, const std::string& name, const at::Tensor& x, uint32_t site,
                           AttentionState* kept) const {
    const auto project = [&](const char* part) { return Linear(name + part, x, spec.bias); };
    const at::Tensor query = project(".query"), key = project(".key"), value = project(".value");
    if (kept != nullptr) {
      const auto heads = [&](const at::Tensor& rows) { return ops::UnpackHeads(rows, spec.heads, packing_); };
      *kept = AttentionState(heads(query), heads(key), heads(value), batch_.valid, spec.causal);
    }
    const ops::AttentionOptions options{spec.heads, spec.causal, dropout_ ? config_.attention_dropout : 0, Site(site)};
    return Linear(name + ".output", ops::Attention(query, key, value, packing_, options), spec.bias);
  }

  at::Tensor FeedForward(const FeedForwardSpec& spec, const std::string& name, const at::Tensor& x) const {
    at::Tensor inner = Linear(name + ".up", x, spec.bias);
    inner = spec.gated ? Activate(spec.activation, Linear(name + ".gate", x, spec.bias)) * inner
                       : Activate(spec.activation, inner);
    return Linear(name + ".down", inner, spec.bias);
  }

  at::Tensor Linear(const std::string& name, const at::Tensor& x, bool bias) const {
    return ops::Linear(x, parameters_.Get(name + ".weight"), bias ? parameters_.Get(name + ".bias") : at::Tensor());
  }

  at::Tensor Norm(const std::string& name, const at::Tensor& x) const {
    return ops::LayerNorm(x, parameters_.Get(name + ".scale"), parameters_.Get(name + ".shift"),
                          config_.layer_norm_epsilon);
  }

  at::Tensor DropHidden(const at::Tensor& x, uint32_t site) const {
    return dropout_ ? ops::Dropout(x, config_.hidden_dropout, Site(site), packing_) : x;
  }

  ops::DropoutSite Site(uint32_t site) const {
    return {dropout_ ? dropout_->seed : 0, site, batch_.epoch, batch_.sample_ids};
  }

  const EncoderConfig& config_;
  const ParameterSet& parameters_;
  const Batch& batch_;
  const ops::Packing packing_;
  std::optional<Dropout> dropout_;
};

}  // namespace

std::vector<ParameterSpec> EncoderParameterSpecs(const EncoderConfig& config) {
  Specs specs;
  const int64_t width = config.hidden_size;
  specs.push_back({"embeddings.word", {config.vocabulary_size, width}, ParameterKind::kWeight});
  specs.push_back({"embeddings.position", {config.max_positions, width}, ParameterKind::kWeight});
  if (config.token_types > 0) {
    specs.push_back({"embeddings.token_type", {config.token_types, width}, ParameterKind::kWeight});
  }
  if (config.embedding_norm) AddNorm("embeddings.norm", width, &specs);
  for (int l = 1; l <= config.depth(); ++l) AddLayer(absl::StrCat("layer.", l), config.layer(l), width, &specs);
  if (config.pooler) AddLinear("pooler", width, width, /*bias=*/true, &specs);
  if (config.final_norm) AddNorm("final.norm", width, &specs);
  for (const HeadSpec& head : config.heads) {
    for (ParameterSpec& spec : Head(config, head.kind).parameters()) specs.push_back(std::move(spec));
  }
  return specs;
}

Encoder::Encoder(EncoderConfig config) : config_(std::move(config)) {
  const absl::Status status = config_.Validate();
  CHECK(status.ok()) << status;
}

ModelOutputs Encoder::Forward(const ParameterSet& parameters, const Batch& batch, const Capture& capture,
                              std::optional<Dropout> dropout, bool freeze_padding) const {
  CHECK_LE(batch.positions(), config_.longest_sequence());
  const ops::Packing packing = PackingOf(batch, capture.padding);
  const Pass pass(config_, parameters, batch, packing, dropout);
  const int depth = capture.Depth(config_.depth());
  ModelOutputs outputs;
  const auto keep = [&](int layer, const at::Tensor& hidden) {
    const bool read = capture.hidden.count(layer) > 0 || (layer == depth && !capture.logits.empty());
    if (read) outputs.hidden[layer] = ops::Unpack(hidden, packing);
  };
  at::Tensor hidden = pass.Embed(freeze_padding);
  keep(0, hidden);
  for (int layer = 1; layer <= depth; ++layer) {
    const bool keep_attention = capture.attention.count(layer) > 0;
    hidden = pass.Layer(layer, hidden, keep_attention ? &outputs.attention[layer] : nullptr);
    if (layer == config_.depth()) hidden = pass.Finish(hidden);
    keep(layer, hidden);
  }
  return outputs;
}

PassSize PassSize::Of(const BatchMasks& masks) {
  PassSize size;
  size.sequences = static_cast<double>(masks.sequences());
  size.positions = static_cast<double>(masks.padded_length);
  for (int64_t length : masks.lengths) {
    size.tokens += static_cast<double>(length);
    size.pairs += static_cast<double>(length * length);
  }
  return size;
}

PassSize PassSize::OfEqual(double sequences, double positions, double length) {
  return {sequences, positions, sequences * length, sequences * length * length};
}

double Encoder::ForwardFlops(const PassSize& size, const Capture& capture, const RowCounter& rows) const {
  const double places = size.sequences * size.positions;
  const double tokens = capture.padding ? places : size.tokens;
  const double pairs = capture.padding ? places * size.positions : size.pairs;
  double flops = 0;
  for (int l = 1; l <= capture.Depth(config_.depth()); ++l) {
    const AttentionSpec& attention = config_.layer(l).attention;
    const FeedForwardSpec& feed_forward = config_.layer(l).feed_forward;
    const double width = static_cast<double>(config_.hidden_size);
    const double inner = static_cast<double>(attention.heads * attention.head_size);
    const double matrices = feed_forward.gated ? 3 : 2;
    flops += tokens * (8 * width * inner + 2 * matrices * width * static_cast<double>(feed_forward.width)) +
             pairs * 4 * inner;
  }
  for (const HeadRows& read : capture.logits) {
    const Head head(config_, read.head);
    const bool every_position = read.rows == RowSet::kSequences && head.spec().pooling == Pooling::kNone;
    flops += head.Flops(rows(read.rows) * (every_position ? size.positions : 1));
  }
  return flops;
}

}  // namespace retort
