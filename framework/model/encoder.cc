#include "framework/model/encoder.h"

#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/addcmul.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/constant_pad_nd.h"
#include "ATen/ops/embedding.h"
#include "ATen/ops/tanh.h"
#include "absl/strings/str_cat.h"
#include "framework/model/last_rows/last_rows.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/embedding/embedding.h"
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

void AddFeedForward(const std::string& name, const FeedForwardSpec& spec, int64_t width, Specs* specs) {
  AddLinear(name + ".up", spec.width, width, spec.bias, specs);
  if (spec.gated) AddLinear(name + ".gate", spec.width, width, spec.bias, specs);
  AddLinear(name + ".down", width, spec.width, spec.bias, specs);
  AddNorm(name + ".norm", width, specs);
}

void AddProjection(const std::string& name, int64_t out, int64_t in, Specs* specs) {
  AddLinear(name, out, in, /*bias=*/true, specs);
  AddNorm(name + ".norm", out, specs);
}

void AddBottleneck(const std::string& name, const BottleneckSpec& spec, int64_t width, Specs* specs) {
  AddProjection(name + ".input", spec.width, width, specs);
  if (!spec.feeds_attention) AddProjection(name + ".attention", spec.width, width, specs);
  AddProjection(name + ".output", width, spec.width, specs);
}

// "layer.3.feed_forward", or "layer.3.feed_forward.1" of the first of several.
std::string FeedForwardName(const std::string& layer, const FeedForwardSpec& spec, int64_t number) {
  const std::string name = layer + ".feed_forward";
  return number == spec.networks ? name : absl::StrCat(name, ".", number);
}

void AddLayer(const std::string& name, const LayerSpec& layer, int64_t hidden_size, Specs* specs) {
  const AttentionSpec& attention = layer.attention;
  const int64_t width = layer.inner_width(hidden_size);
  const int64_t inner = attention.heads * attention.head_size;
  AddLinear(name + ".attention.query", inner, width, attention.bias, specs);
  AddLinear(name + ".attention.key", inner, width, attention.bias, specs);
  AddLinear(name + ".attention.value", inner, layer.value_width(hidden_size), attention.bias, specs);
  AddLinear(name + ".attention.output", width, inner, attention.bias, specs);
  AddNorm(name + ".attention.norm", width, specs);
  for (int64_t f = 1; f <= layer.feed_forward.networks; ++f) {
    AddFeedForward(FeedForwardName(name, layer.feed_forward, f), layer.feed_forward, width, specs);
  }
  if (layer.bottleneck.width > 0) AddBottleneck(name + ".bottleneck", layer.bottleneck, hidden_size, specs);
}

// The rows that are computed: real positions, or all where padding is read or there is none.
ops::Packing PackingOf(const Batch& batch, bool reads_padding) {
  ops::Packing packing;
  packing.lengths = batch.masks.lengths;
  packing.positions = batch.positions();
  if (batch.all_valid || !reads_padding) packing.offsets = batch.row_offsets;
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
    const auto frozen = freeze_padding ? std::make_optional(config_.pad_token_id) : std::nullopt;
    at::Tensor hidden = ops::Embedding(parameters_.Get("embeddings.word"), batch_.ids, frozen);
    if (config_.trigrams) hidden = Trigrams(hidden);
    if (config_.embedding_size > 0) hidden = Linear("embeddings.projection", hidden, /*bias=*/true);
    at::Tensor positions =
        parameters_.Get("embeddings.position").narrow(0, config_.position_offset, batch_.positions());
    if (config_.token_types > 0) positions = positions + TokenTypes();
    hidden = ops::Pack(hidden + positions, packing_);
    return DropHidden(config_.embedding_norm ? Norm("embeddings.norm", hidden, OuterEpsilon()) : hidden, 0, packing_);
  }

  // `rows` are those that leave the layer: all that enter it, or, where there is no bottleneck, some.
  at::Tensor Layer(int number, const at::Tensor& hidden, const ops::Packing& rows, AttentionState* kept) const {
    const LayerSpec& layer = config_.layer(number);
    const std::string name = absl::StrCat("layer.", number);
    const uint32_t site = 3 * number - 2;
    if (layer.bottleneck.width > 0) return Bottleneck(layer, name, hidden, site, kept);
    const auto attend = [&](const at::Tensor& x) {
      return SelfAttention(layer.attention, name, {x, x}, rows, site, kept);
    };
    const at::Tensor middle = Residual(layer.norm, name + ".attention", hidden, ops::Repack(hidden, packing_, rows),
                                       config_.layer_norm_epsilon, {rows, site + 1}, attend);
    return FeedForwards(layer, name, middle, {rows, site + 2});
  }

  // What the last layer's output is read as.
  at::Tensor Finish(const at::Tensor& hidden) const {
    return config_.final_norm ? Norm("final.norm", hidden, config_.layer_norm_epsilon) : hidden;
  }

 private:
  // [H] of the first type, or [B, S, H].
  at::Tensor TokenTypes() const {
    const at::Tensor& table = parameters_.Get("embeddings.token_type");
    return batch_.token_types.defined() ? at::embedding(table, batch_.token_types) : table.select(0, 0);
  }

  // The next, the same and the previous position, one beside the other: [B, S, E] -> [B, S, 3E].
  at::Tensor Trigrams(const at::Tensor& words) const {
    const at::Tensor real = batch_.all_valid ? words : words.masked_fill(batch_.valid.logical_not().unsqueeze(-1), 0);
    const int64_t positions = real.size(1);
    const at::Tensor next = at::constant_pad_nd(real.narrow(1, 1, positions - 1), {0, 0, 0, 1});
    const at::Tensor previous = at::constant_pad_nd(real.narrow(1, 0, positions - 1), {0, 0, 1, 0});
    return at::cat({next, real, previous}, -1);
  }

  // The rows of what a part of a layer gives, and the site where they are dropped, if they are.
  struct PartOutput {
    const ops::Packing& rows;
    std::optional<uint32_t> site;
  };

  // What attention computes its parts from, [n, H] or within a bottleneck [n, D].
  struct AttentionInputs {
    at::Tensor query_and_key, value;
  };

  // A layer's parts within its bottleneck. Only what leaves it is dropped.
  at::Tensor Bottleneck(const LayerSpec& layer, const std::string& name, const at::Tensor& hidden, uint32_t site,
                        AttentionState* kept) const {
    const auto narrow = [&](const char* part) {
      const std::string dense = absl::StrCat(name, ".bottleneck.", part);
      return Norm(dense + ".norm", Linear(dense, hidden, /*bias=*/true), config_.layer_norm_epsilon);
    };
    const at::Tensor inner = narrow("input");
    const AttentionInputs inputs =
        layer.bottleneck.feeds_attention ? AttentionInputs{inner, inner} : AttentionInputs{narrow("attention"), hidden};
    const at::Tensor attended = SelfAttention(layer.attention, name, inputs, packing_, site, kept);
    const PartOutput kept_whole = {packing_, std::nullopt};
    const at::Tensor middle =
        ResidualNorm(name + ".attention.norm", attended, inner, config_.layer_norm_epsilon, kept_whole);
    const std::string output = name + ".bottleneck.output";
    const at::Tensor wide = Linear(output, FeedForwards(layer, name, middle, kept_whole), /*bias=*/true);
    return ResidualNorm(output + ".norm", wide, hidden, config_.layer_norm_epsilon, {packing_, site + 2});
  }

  // All feed-forward networks of a layer; `output` is that of the last one.
  at::Tensor FeedForwards(const LayerSpec& layer, const std::string& name, const at::Tensor& x,
                          const PartOutput& output) const {
    const FeedForwardSpec& spec = layer.feed_forward;
    at::Tensor y = x;
    for (int64_t f = 1; f <= spec.networks; ++f) {
      const bool last = f == spec.networks;
      const std::string network = FeedForwardName(name, spec, f);
      const auto feed = [&](const at::Tensor& input) { return FeedForward(spec, network, input); };
      y = Residual(layer.norm, network, y, y, last ? OuterEpsilon() : config_.layer_norm_epsilon,
                   last ? output : PartOutput{output.rows, std::nullopt}, feed);
    }
    return y;
  }

  // A part with its norm and its residual connection: `skip` has the rows of x that leave the part.
  template <typename Part>
  at::Tensor Residual(NormPlacement placement, const std::string& name, const at::Tensor& x, const at::Tensor& skip,
                      double epsilon, const PartOutput& output, const Part& part) const {
    switch (placement) {
      case NormPlacement::kPre:
        return skip + Drop(part(Norm(name + ".norm", x, epsilon)), output);
      case NormPlacement::kPost:
        return ResidualNorm(name + ".norm", part(x), skip, epsilon, output);
    }
    return skip;
  }

  // Norm(skip + y), where y is dropped.
  at::Tensor ResidualNorm(const std::string& name, const at::Tensor& y, const at::Tensor& skip, double epsilon,
                          const PartOutput& output) const {
    if (config_.norm_kind != NormKind::kLayer) return Norm(name, Drop(y, output) + skip, epsilon);
    ops::RowDropout dropout;
    if (dropout_ && output.site) dropout = {config_.hidden_dropout, Site(*output.site)};
    return ops::ResidualLayerNorm(y, skip, parameters_.Get(name + ".scale"), parameters_.Get(name + ".shift"), epsilon,
                                  dropout, output.rows);
  }

  // Queries are those of `rows` alone, as is what is returned; in attention itself, which costs little beside the
  // products of the layer, other queries are 0 and what they give is left.
  at::Tensor SelfAttention(const AttentionSpec& spec, const std::string& layer, const AttentionInputs& inputs,
                           const ops::Packing& rows, uint32_t site, AttentionState* kept) const {
    const std::string name = layer + ".attention";
    const auto project = [&](const char* part, const at::Tensor& x) { return Linear(name + part, x, spec.bias); };
    const at::Tensor asking = project(".query", ops::Repack(inputs.query_and_key, packing_, rows));
    const at::Tensor query = ops::Repack(asking, rows, packing_), key = project(".key", inputs.query_and_key),
                     value = project(".value", inputs.value);
    if (kept != nullptr) {
      const auto heads = [&](const at::Tensor& x) { return ops::UnpackHeads(x, spec.heads, packing_); };
      *kept = AttentionState(heads(query), heads(key), heads(value), batch_.valid, spec.causal);
    }
    const ops::AttentionOptions options{spec.heads, spec.causal, dropout_ ? config_.attention_dropout : 0, Site(site)};
    const at::Tensor attended = ops::Attention(query, key, value, packing_, options);
    return Linear(name + ".output", ops::Repack(attended, packing_, rows), spec.bias);
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

  at::Tensor Norm(const std::string& name, const at::Tensor& x, double epsilon) const {
    const at::Tensor &scale = parameters_.Get(name + ".scale"), &shift = parameters_.Get(name + ".shift");
    switch (config_.norm_kind) {
      case NormKind::kLayer:
        return ops::LayerNorm(x, scale, shift, epsilon);
      case NormKind::kElementwise:
        return at::addcmul(shift, x, scale);
    }
    return x;
  }

  double OuterEpsilon() const { return config_.outer_norm_epsilon.value_or(config_.layer_norm_epsilon); }

  at::Tensor DropHidden(const at::Tensor& x, uint32_t site, const ops::Packing& rows) const {
    return dropout_ ? ops::Dropout(x, config_.hidden_dropout, Site(site), rows) : x;
  }

  at::Tensor Drop(const at::Tensor& y, const PartOutput& output) const {
    return output.site ? DropHidden(y, *output.site, output.rows) : y;
  }

  ops::DropoutSite Site(uint32_t site) const {
    return {dropout_ ? dropout_->seed : 0, site, batch_.epoch, batch_.sample_ids, batch_.first_sample};
  }

  const EncoderConfig& config_;
  const ParameterSet& parameters_;
  const Batch& batch_;
  const ops::Packing packing_;
  std::optional<Dropout> dropout_;
};

}  // namespace

int64_t ProjectionInputs(const EncoderConfig& config) { return (config.trigrams ? 3 : 1) * config.embedding_size; }

std::vector<ParameterSpec> EncoderParameterSpecs(const EncoderConfig& config) {
  Specs specs;
  const int64_t width = config.hidden_size;
  specs.push_back({"embeddings.word", {config.vocabulary_size, config.word_width()}, ParameterKind::kWeight});
  specs.push_back({"embeddings.position", {config.max_positions, width}, ParameterKind::kWeight});
  if (config.token_types > 0) {
    specs.push_back({"embeddings.token_type", {config.token_types, width}, ParameterKind::kWeight});
  }
  if (config.embedding_size > 0) {
    AddLinear("embeddings.projection", width, ProjectionInputs(config), /*bias=*/true, &specs);
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
  const ops::Packing last = LastRows::Of(config_, capture).Of(batch, packing);
  const int depth = capture.Depth(config_.depth());
  ModelOutputs outputs;
  const auto rows = [&](int layer) -> const ops::Packing& { return layer == config_.depth() ? last : packing; };
  const auto keep = [&](int layer, const at::Tensor& hidden) {
    const bool read = capture.hidden.count(layer) > 0 || (layer == depth && capture.ReadsHeads());
    if (read) outputs.hidden[layer] = ops::Unpack(hidden, rows(layer));
  };
  at::Tensor hidden = pass.Embed(freeze_padding);
  keep(0, hidden);
  for (int layer = 1; layer <= depth; ++layer) {
    const bool keep_attention = capture.attention.count(layer) > 0;
    hidden = pass.Layer(layer, hidden, rows(layer), keep_attention ? &outputs.attention[layer] : nullptr);
    if (layer == config_.depth()) hidden = pass.Finish(hidden);
    keep(layer, hidden);
  }
  return outputs;
}

}  // namespace retort
