#include "framework/model/encoder.h"

#include <algorithm>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/embedding.h"
#include "ATen/ops/relu.h"
#include "ATen/ops/tanh.h"
#include "absl/strings/str_cat.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/gelu/gelu.h"
#include "framework/ops/layer_norm/layer_norm.h"
#include "framework/ops/matmul/matmul.h"
#include "glog/logging.h"

namespace retort {
namespace {

using Specs = std::vector<ParameterSpec>;

void AddLinear(const std::string& name, int64_t out, int64_t in, Specs* specs) {
  specs->push_back({name + ".weight", {out, in}, ParameterKind::kWeight});
  specs->push_back({name + ".bias", {out}, ParameterKind::kBias});
}

void AddNorm(const std::string& name, int64_t width, Specs* specs) {
  specs->push_back({name + ".scale", {width}, ParameterKind::kNormScale});
  specs->push_back({name + ".shift", {width}, ParameterKind::kNormShift});
}

void AddHead(const EncoderConfig& config, Specs* specs) {
  if (config.head_transform) {
    AddLinear("masked_lm.transform", config.hidden_size, config.hidden_size, specs);
    AddNorm("masked_lm.norm", config.hidden_size, specs);
  }
  if (!config.tied_decoder) {
    specs->push_back(
        {"masked_lm.decoder.weight", {config.vocabulary_size, config.hidden_size}, ParameterKind::kWeight});
  }
  if (config.head_bias) {
    specs->push_back({"masked_lm.decoder.bias", {config.vocabulary_size}, ParameterKind::kBias});
  }
}

void AddLayer(const std::string& name, const EncoderConfig& config, Specs* specs) {
  const int64_t width = config.hidden_size;
  for (const char* part : {"query", "key", "value", "output"}) {
    AddLinear(absl::StrCat(name, ".attention.", part), width, width, specs);
  }
  AddNorm(name + ".attention.norm", width, specs);
  AddLinear(name + ".feed_forward.up", config.intermediate_size, width, specs);
  AddLinear(name + ".feed_forward.down", width, config.intermediate_size, specs);
  AddNorm(name + ".feed_forward.norm", width, specs);
}

at::Tensor Activate(Activation activation, const at::Tensor& x) {
  switch (activation) {
    case Activation::kGelu:
      return ops::Gelu(x);
    case Activation::kGeluTanh:
      return ops::GeluTanh(x);
    case Activation::kRelu:
      return at::relu(x);
  }
  return x;
}

// One forward pass: the configuration, parameters, batch and dropout that all of its layers share.
class Pass {
 public:
  Pass(const EncoderConfig& config, const ParameterSet& parameters, const Batch& batch, std::optional<Dropout> dropout)
      : config_(config), parameters_(parameters), batch_(batch), dropout_(dropout) {}

  at::Tensor Embed() const {
    at::Tensor hidden = at::embedding(parameters_.Get("embeddings.word"), batch_.ids);
    at::Tensor positions =
        parameters_.Get("embeddings.position").narrow(0, config_.position_offset, batch_.positions());
    if (config_.token_types > 0) positions = positions + parameters_.Get("embeddings.token_type").select(0, 0);
    hidden = hidden + positions;
    return DropHidden(config_.pre_norm ? hidden : Norm("embeddings.norm", hidden), 0);
  }

  at::Tensor Layer(int layer, const at::Tensor& hidden, AttentionState* kept) const {
    const std::string name = absl::StrCat("layer.", layer);
    const uint32_t site = 3 * layer - 2;
    const at::Tensor middle = Residual(name + ".attention", hidden, site + 1, [&](const at::Tensor& x) {
      return Linear(name + ".attention.output", SelfAttention(name, x, site, kept));
    });
    return Residual(name + ".feed_forward", middle, site + 2, [&](const at::Tensor& x) {
      return Linear(name + ".feed_forward.down", Activate(config_.activation, Linear(name + ".feed_forward.up", x)));
    });
  }

  // What the last layer's output is read as.
  at::Tensor Finish(const at::Tensor& hidden) const { return config_.pre_norm ? Norm("final.norm", hidden) : hidden; }

 private:
  // x + part(LayerNorm(x)), or LayerNorm(x + part(x)) where LayerNorm comes after.
  template <typename Part>
  at::Tensor Residual(const std::string& name, const at::Tensor& x, uint32_t site, const Part& part) const {
    if (config_.pre_norm) return x + DropHidden(part(Norm(name + ".norm", x)), site);
    return Norm(name + ".norm", DropHidden(part(x), site) + x);
  }

  at::Tensor SelfAttention(const std::string& name, const at::Tensor& hidden, uint32_t site,
                           AttentionState* kept) const {
    auto heads = [&](const char* part) {
      return Linear(absl::StrCat(name, ".attention.", part), hidden)
          .view({batch_.sequences(), batch_.positions(), config_.heads, config_.head_size()})
          .transpose(1, 2);
    };
    at::Tensor query = heads("query"), key = heads("key"), value = heads("value");
    if (kept != nullptr) *kept = AttentionState(query, key, value, batch_.valid, config_.causal);
    at::Tensor out = ops::Attention(query, key, value, {batch_.all_valid ? at::Tensor() : batch_.valid, config_.causal},
                                    dropout_ ? config_.attention_dropout : 0, Site(site));
    return out.transpose(1, 2).reshape({batch_.sequences(), batch_.positions(), config_.hidden_size});
  }

  at::Tensor Linear(const std::string& name, const at::Tensor& x) const {
    return ops::Linear(x, parameters_.Get(name + ".weight"), parameters_.Get(name + ".bias"));
  }

  at::Tensor Norm(const std::string& name, const at::Tensor& x) const {
    return ops::LayerNorm(x, parameters_.Get(name + ".scale"), parameters_.Get(name + ".shift"),
                          config_.layer_norm_epsilon);
  }

  at::Tensor DropHidden(const at::Tensor& x, uint32_t site) const {
    return dropout_ ? ops::Dropout(x, config_.hidden_dropout, Site(site)) : x;
  }

  ops::DropoutSite Site(uint32_t site) const {
    return {dropout_ ? dropout_->seed : 0, site, batch_.epoch, batch_.sample_ids};
  }

  const EncoderConfig& config_;
  const ParameterSet& parameters_;
  const Batch& batch_;
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
  if (!config.pre_norm) AddNorm("embeddings.norm", width, &specs);
  for (int layer = 1; layer <= config.layers; ++layer) AddLayer(absl::StrCat("layer.", layer), config, &specs);
  if (config.pooler) AddLinear("pooler", width, width, &specs);
  if (config.pre_norm) AddNorm("final.norm", width, &specs);
  if (config.language_model_head) AddHead(config, &specs);
  return specs;
}

Encoder::Encoder(EncoderConfig config) : config_(std::move(config)) {
  const absl::Status status = config_.Validate();
  CHECK(status.ok()) << status;
}

ModelOutputs Encoder::Forward(const ParameterSet& parameters, const Batch& batch, const Capture& capture,
                              std::optional<Dropout> dropout) const {
  CHECK_LE(batch.positions(), config_.longest_sequence());
  const Pass pass(config_, parameters, batch, dropout);
  const int depth = capture.Depth(static_cast<int>(config_.layers));
  ModelOutputs outputs;
  at::Tensor hidden = pass.Embed();
  if (capture.hidden.count(0) > 0) outputs.hidden[0] = hidden;
  for (int layer = 1; layer <= depth; ++layer) {
    const bool keep_attention = capture.attention.count(layer) > 0;
    hidden = pass.Layer(layer, hidden, keep_attention ? &outputs.attention[layer] : nullptr);
    if (layer == config_.layers) hidden = pass.Finish(hidden);
    if (capture.hidden.count(layer) > 0) outputs.hidden[layer] = hidden;
  }
  if (!capture.vocabulary_rows.empty()) outputs.hidden[depth] = hidden;
  return outputs;
}

at::Tensor Encoder::MaskedLmTransform(const ParameterSet& parameters, const at::Tensor& rows) const {
  if (!config_.head_transform) return rows;
  const at::Tensor raised = Activate(
      config_.head_activation,
      ops::Linear(rows, parameters.Get("masked_lm.transform.weight"), parameters.Get("masked_lm.transform.bias")));
  return ops::LayerNorm(raised, parameters.Get("masked_lm.norm.scale"), parameters.Get("masked_lm.norm.shift"),
                        config_.layer_norm_epsilon);
}

const char* Encoder::DecoderMatrix() const {
  return config_.tied_decoder ? "embeddings.word" : "masked_lm.decoder.weight";
}

at::Tensor Encoder::Logits(const ParameterSet& parameters, const at::Tensor& rows) const {
  return ops::Linear(MaskedLmTransform(parameters, rows), parameters.Get(DecoderMatrix()),
                     config_.head_bias ? parameters.Get("masked_lm.decoder.bias") : at::Tensor());
}

at::Tensor Encoder::Pooled(const ParameterSet& parameters, const at::Tensor& last_hidden) const {
  return at::tanh(
      ops::Linear(last_hidden.select(1, 0), parameters.Get("pooler.weight"), parameters.Get("pooler.bias")));
}

double Encoder::ForwardFlops(int64_t sequences, int64_t positions, int depth, int64_t vocabulary_rows) const {
  const double width = static_cast<double>(config_.hidden_size);
  const double rows = static_cast<double>(sequences * positions);
  const double projections = 8 * width * width + 4 * width * static_cast<double>(config_.intermediate_size);
  const double attention = 4 * width * static_cast<double>(positions);
  const double head =
      (config_.head_transform ? 2 * width * width : 0) + 2 * width * static_cast<double>(config_.vocabulary_size);
  return rows * depth * (projections + attention) + static_cast<double>(vocabulary_rows) * head;
}

}  // namespace retort
