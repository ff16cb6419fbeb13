#include "framework/ops/adamw/adamw.h"

#include <algorithm>
#include <cmath>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/scalar_tensor.h"
#include "ATen/ops/sqrt.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/zeros.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kBlock = 1 << 15;  // Elements that one thread works on at a time.

// The numbers of a step that all elements of a segment share.
struct Coefficients {
  float gradient_scale, beta1, beta2, one_minus_beta1, one_minus_beta2;
  float shrink;              // 1 - lr · decay
  float step_size;           // lr / (1 - β1^t)
  float inverse_root_bias2;  // 1 / √(1 - β2^t)
  float epsilon;
};

Coefficients CoefficientsOf(const AdamWOptions& options, const AdamWSegment& segment) {
  const double rate = options.learning_rate * segment.learning_rate_scale;
  const double step = static_cast<double>(options.step);
  Coefficients c;
  c.gradient_scale = static_cast<float>(options.gradient_scale);
  c.beta1 = static_cast<float>(options.beta1);
  c.beta2 = static_cast<float>(options.beta2);
  c.one_minus_beta1 = static_cast<float>(1 - options.beta1);
  c.one_minus_beta2 = static_cast<float>(1 - options.beta2);
  c.shrink = static_cast<float>(1 - (segment.decay ? rate * options.weight_decay : 0));
  c.step_size = static_cast<float>(rate / (1 - std::pow(options.beta1, step)));
  c.inverse_root_bias2 = static_cast<float>(1 / std::sqrt(1 - std::pow(options.beta2, step)));
  c.epsilon = static_cast<float>(options.epsilon);
  return c;
}

RETORT_MULTIVERSION void UpdateBlock(const Coefficients& c, int64_t n, const float* __restrict gradient,
                                     float* __restrict parameters, float* __restrict first, float* __restrict second) {
  for (int64_t i = 0; i < n; ++i) {
    const float g = c.gradient_scale * gradient[i];
    first[i] = c.beta1 * first[i] + c.one_minus_beta1 * g;
    second[i] = c.beta2 * second[i] + c.one_minus_beta2 * g * g;
    const float denominator = std::sqrt(second[i]) * c.inverse_root_bias2 + c.epsilon;
    parameters[i] = c.shrink * parameters[i] - c.step_size * first[i] / denominator;
  }
}

RETORT_MULTIVERSION double SquaredSum(const float* values, int64_t n) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(values[i + l]) * values[i + l];
  }
  double sum = 0;
  for (; i < n; ++i) sum += static_cast<double>(values[i]) * values[i];
  for (int l = 0; l < kLanes; ++l) sum += lanes[l];
  return sum;
}

// Calls kernel(offset, size) for blocks of the segment on all threads.
template <typename Kernel>
void ForEachBlock(const AdamWSegment& segment, const Kernel& kernel) {
  const int64_t blocks = (segment.size + kBlock - 1) / kBlock;
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      kernel(block, segment.offset + block * kBlock, std::min(kBlock, segment.size - block * kBlock));
    }
  });
}

}  // namespace

void AdamW(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, at::Tensor parameters,
           const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment, at::Tensor working_copy) {
  if (!parameters.device().is_cpu()) {
    return AdamWReference(options, segments, parameters, gradient, first_moment, second_moment, working_copy);
  }
  const float* g = gradient.const_data_ptr<float>();
  float* p = parameters.data_ptr<float>();
  float* m = first_moment.data_ptr<float>();
  float* v = second_moment.data_ptr<float>();
  c10::BFloat16* copy = working_copy.defined() ? working_copy.data_ptr<c10::BFloat16>() : nullptr;
  for (const AdamWSegment& segment : segments) {
    if (!segment.trainable) continue;
    const Coefficients c = CoefficientsOf(options, segment);
    ForEachBlock(segment, [&](int64_t, int64_t offset, int64_t size) {
      UpdateBlock(c, size, g + offset, p + offset, m + offset, v + offset);
      if (copy != nullptr) std::copy_n(p + offset, size, copy + offset);
    });
  }
}

void AdamWReference(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, at::Tensor parameters,
                    const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
                    at::Tensor working_copy) {
  const double bias1 = 1 - std::pow(options.beta1, static_cast<double>(options.step));
  const double bias2 = 1 - std::pow(options.beta2, static_cast<double>(options.step));
  for (const AdamWSegment& segment : segments) {
    if (!segment.trainable) continue;
    auto part = [&](const at::Tensor& whole) { return whole.narrow(0, segment.offset, segment.size); };
    const double rate = options.learning_rate * segment.learning_rate_scale;
    const at::Tensor g = part(gradient) * options.gradient_scale;
    at::Tensor p = part(parameters), m = part(first_moment), v = part(second_moment);
    m.mul_(options.beta1).add_(g, 1 - options.beta1);
    v.mul_(options.beta2).addcmul_(g, g, 1 - options.beta2);
    if (segment.decay) p.mul_(1 - rate * options.weight_decay);
    p.sub_(rate * (m / bias1) / (at::sqrt(v / bias2) + options.epsilon));
    if (working_copy.defined()) part(working_copy).copy_(p);
  }
}

at::Tensor GradientNorm(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  if (!gradient.device().is_cpu()) {
    std::vector<at::Tensor> squares = {at::zeros({}, gradient.options().dtype(at::kDouble))};
    for (const AdamWSegment& segment : segments) {
      if (segment.trainable)
        squares.push_back(gradient.narrow(0, segment.offset, segment.size).pow(2).sum(at::kDouble));
    }
    return at::stack(squares).sum().sqrt();
  }
  double total = 0;
  for (const AdamWSegment& segment : segments) {
    if (!segment.trainable) continue;
    std::vector<double> sums((segment.size + kBlock - 1) / kBlock);
    const float* values = gradient.const_data_ptr<float>();
    ForEachBlock(segment,
                 [&](int64_t block, int64_t offset, int64_t size) { sums[block] = SquaredSum(values + offset, size); });
    for (double sum : sums) total += sum;
  }
  return at::scalar_tensor(std::sqrt(total), at::kDouble);
}

}  // namespace retort::ops
