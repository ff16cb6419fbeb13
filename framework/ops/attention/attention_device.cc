#include "framework/ops/attention/attention_device.h"

#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/ones_like.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/triu.h"
#include "framework/ops/dropout/dropout_reference.h"

namespace retort::ops {
namespace {

at::ScalarType WorkType(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

// keep / (1 - p) of each weight.
at::Tensor Keep(const SoftmaxOptions& options, const at::Tensor& weights) {
  return DropoutScaleReference(weights.size(1) * weights.size(2), weights.size(3), options.rate, *options.site,
                               weights.device())
      .view(weights.sizes());
}

}  // namespace

void SoftmaxOnDevice(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped) {
  constexpr double kMasked = -std::numeric_limits<double>::infinity();
  at::Tensor scaled = scores->to(WorkType(*scores)) * options.scale;
  const at::Tensor& valid = options.mask.valid;
  if (valid.defined()) scaled = scaled.masked_fill(valid.logical_not().view({scaled.size(0), 1, 1, -1}), kMasked);
  if (options.mask.causal) scaled = scaled.masked_fill(at::ones_like(scaled, at::kBool).triu(1), kMasked);
  const at::Tensor p = at::softmax(scaled, -1);
  scores->copy_(p);
  if (dropped->defined()) dropped->copy_(p * Keep(options, p));
}

void SoftmaxGradientOnDevice(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                             at::Tensor* dropped) {
  const at::Tensor p = probabilities.to(WorkType(probabilities));
  at::Tensor g = gradient->to(p.scalar_type());
  if (dropped->defined()) {
    const at::Tensor keep = Keep(options, p);
    dropped->copy_(p * keep);
    g = g * keep;
  }
  gradient->copy_(options.scale * p * (g - (p * g).sum(-1, /*keepdim=*/true)));
}

}  // namespace retort::ops
