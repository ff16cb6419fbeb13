#include "framework/ops/adamw/adamw_reference.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/sqrt.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/zeros.h"

namespace retort::ops {

void AdamWReference(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
                    at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment,
                    at::Tensor second_moment, at::Tensor working_copy) {
  const double step = static_cast<double>(options.step);
  const double bias1 = options.bias_correction ? 1 - std::pow(options.beta1, step) : 1;
  const double bias2 = options.bias_correction ? 1 - std::pow(options.beta2, step) : 1;
  for (size_t i = 0; i < segments.size(); ++i) {
    const AdamWSegment& segment = segments[i];
    const double factor = factors[static_cast<int64_t>(i)].item<double>();
    if (!segment.trainable || !std::isfinite(factor)) continue;
    auto part = [&](const at::Tensor& whole) { return whole.narrow(0, segment.offset, segment.size); };
    const double rate = options.learning_rate * segment.learning_rate_scale;
    const at::Tensor g = part(gradient) * factor;
    at::Tensor p = part(parameters), m = part(first_moment), v = part(second_moment);
    m.mul_(options.beta1).add_(g, 1 - options.beta1);
    v.mul_(options.beta2).addcmul_(g, g, 1 - options.beta2);
    if (segment.decay) p.mul_(1 - rate * options.weight_decay);
    p.sub_(rate * (m / bias1) / (at::sqrt(v / bias2) + options.epsilon));
    if (working_copy.defined()) part(working_copy).copy_(p);
  }
}

at::Tensor GradientNormReference(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  std::vector<at::Tensor> squares = {at::zeros({}, gradient.options().dtype(at::kDouble))};
  for (const AdamWSegment& segment : segments) {
    if (segment.trainable) squares.push_back(gradient.narrow(0, segment.offset, segment.size).pow(2).sum(at::kDouble));
  }
  return at::stack(squares).sum().sqrt();
}

at::Tensor SegmentNormsReference(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  at::Tensor squares = at::zeros({static_cast<int64_t>(segments.size())}, gradient.options().dtype(at::kDouble));
  for (size_t i = 0; i < segments.size(); ++i) {
    if (!segments[i].trainable) continue;
    const at::Tensor part = gradient.narrow(0, segments[i].offset, segments[i].size);
    squares[static_cast<int64_t>(i)] = part.to(at::kDouble).pow(2).sum();
  }
  return squares.sqrt();
}

}  // namespace retort::ops
