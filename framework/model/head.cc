#include "framework/model/head.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/relu.h"
#include "ATen/ops/sum.h"
#include "ATen/ops/tanh.h"
#include "absl/strings/str_cat.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/gelu/gelu.h"
#include "framework/ops/layer_norm/layer_norm.h"
#include "framework/ops/matmul/matmul.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr char kWordEmbeddings[] = "embeddings.word";

// The output layer: [..., H] -> [..., O].
at::Tensor Output(const Head& head, const ParameterSet& parameters, const at::Tensor& x) {
  return ops::Linear(x, head.Matrix(parameters), head.bias().empty() ? at::Tensor() : parameters.Get(head.bias()));
}

}  // namespace

at::Tensor Activate(Activation activation, const at::Tensor& x) {
  switch (activation) {
    case Activation::kGelu:
      return ops::Gelu(x);
    case Activation::kGeluTanh:
      return ops::GeluTanh(x);
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kTanh:
      return at::tanh(x);
  }
  return x;
}

at::Tensor Pooled(const ParameterSet& parameters, const at::Tensor& last_hidden) {
  return at::tanh(
      ops::Linear(last_hidden.select(1, 0), parameters.Get("pooler.weight"), parameters.Get("pooler.bias")));
}

Head::Head(const EncoderConfig& config, HeadKind kind)
    : width_(config.hidden_size),
      epsilon_(config.layer_norm_epsilon),
      first_site_(3 * config.depth() + 1 + 2 * static_cast<uint32_t>(kind)),
      name_(absl::StrCat("head.", HeadKindName(kind))) {
  const HeadSpec* spec = FindHead(config, kind);
  CHECK(spec != nullptr) << "no head of " << HeadKindName(kind);
  spec_ = *spec;
  outputs_ = config.outputs(spec_);
  const std::string output = name_ + (kind == HeadKind::kVocabulary ? ".decoder" : ".output");
  const int64_t own = kind == HeadKind::kVocabulary ? config.word_width() : width_;
  matrix_.push_back({spec_.tied ? kWordEmbeddings : output + ".weight", own});
  if (own < width_) matrix_.push_back({name_ + ".extension.weight", width_ - own});
  if (spec_.bias) bias_ = output + ".bias";
}

std::vector<ParameterSpec> Head::parameters() const {
  std::vector<ParameterSpec> specs;
  if (spec_.transform) {
    specs.push_back({name_ + ".transform.weight", {width_, width_}, ParameterKind::kWeight});
    specs.push_back({name_ + ".transform.bias", {width_}, ParameterKind::kBias});
  }
  if (spec_.norm) {
    specs.push_back({name_ + ".norm.scale", {width_}, ParameterKind::kNormScale});
    specs.push_back({name_ + ".norm.shift", {width_}, ParameterKind::kNormShift});
  }
  for (const Columns& columns : matrix_) {
    if (columns.name == kWordEmbeddings) continue;
    specs.push_back({columns.name, {outputs_, columns.count}, ParameterKind::kWeight});
  }
  if (spec_.bias) specs.push_back({bias_, {outputs_}, ParameterKind::kBias});
  return specs;
}

at::Tensor Head::Matrix(const ParameterSet& parameters) const {
  if (matrix_.size() == 1) return parameters.Get(matrix_.front().name);
  std::vector<at::Tensor> parts;
  for (const Columns& columns : matrix_) parts.push_back(parameters.Get(columns.name));
  return at::cat(parts, 1);
}

void Head::AddMatrixGradient(const at::Tensor& gradient, const at::Tensor& x, const ParameterSet& parameters) const {
  int64_t begin = 0;
  for (const Columns& columns : matrix_) {
    ops::AddTransposedProduct(gradient, x.narrow(1, begin, columns.count), parameters.Gradient(columns.name));
    begin += columns.count;
  }
}

at::Tensor Head::Transform(const ParameterSet& parameters, const at::Tensor& x) const {
  at::Tensor y = x;
  if (spec_.transform) {
    y = Activate(spec_.activation, ops::Linear(y, parameters.Get(name_ + ".transform.weight"),
                                               parameters.Get(name_ + ".transform.bias")));
  }
  if (!spec_.norm) return y;
  return ops::LayerNorm(y, parameters.Get(name_ + ".norm.scale"), parameters.Get(name_ + ".norm.shift"), epsilon_);
}

at::Tensor Head::Logits(const ParameterSet& parameters, const at::Tensor& pooled) const {
  return Output(*this, parameters, Transform(parameters, pooled));
}

at::Tensor Head::Pool(const ParameterSet& parameters, const Batch& batch, const at::Tensor& last_hidden) const {
  switch (spec_.pooling) {
    case Pooling::kNone:
      return last_hidden;
    case Pooling::kFirst:
      return last_hidden.narrow(1, 0, 1);
    case Pooling::kPooler:
      return Pooled(parameters, last_hidden).unsqueeze(1);
    case Pooling::kMean: {
      const at::Tensor real = batch.valid.unsqueeze(-1);
      const at::Tensor sum = at::sum(last_hidden.masked_fill(real.logical_not(), 0), {1}, /*keepdim=*/true);
      return sum / at::sum(real, {1}, /*keepdim=*/true).to(sum.scalar_type());
    }
    case Pooling::kLast: {
      const at::Tensor last = at::sum(batch.valid, {1}) - 1;
      return last_hidden.gather(1, last.view({-1, 1, 1}).expand({-1, 1, width_}));
    }
  }
  return last_hidden;
}

at::Tensor Head::BatchLogits(const ParameterSet& parameters, const Batch& batch, const at::Tensor& last_hidden,
                             std::optional<Dropout> dropout) const {
  const auto drop = [&](const at::Tensor& x, uint32_t site) {
    if (!dropout) return x;
    return ops::Dropout(x, spec_.dropout, {dropout->seed, site, batch.epoch, batch.sample_ids});
  };
  at::Tensor x = Pool(parameters, batch, last_hidden);
  if (spec_.drops_input) x = drop(x, first_site_);
  x = drop(Transform(parameters, x), first_site_ + 1);
  const at::Tensor logits = Output(*this, parameters, x);
  return spec_.pooling == Pooling::kNone ? logits : logits.squeeze(1);
}

double Head::Flops(double rows) const {
  const double width = static_cast<double>(width_);
  const double dense = (spec_.transform ? 1 : 0) + (spec_.pooling == Pooling::kPooler ? 1 : 0);
  return rows * 2 * width * (dense * width + static_cast<double>(outputs_));
}

}  // namespace retort
