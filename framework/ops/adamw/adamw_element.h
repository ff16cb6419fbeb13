#ifndef RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_ELEMENT_H_
#define RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_ELEMENT_H_

#include <cmath>
#include <cstdint>

#include "framework/ops/adamw/adamw.h"
#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

// The numbers of a step that all elements of a segment share.
struct AdamWCoefficients {
  float beta1, beta2, one_minus_beta1, one_minus_beta2;
  float shrink;              // 1 - lr · decay
  float step_size;           // lr / (1 - β1^t), or lr without bias correction.
  float inverse_root_bias2;  // 1 / √(1 - β2^t), or 1.
  float epsilon;
};

inline AdamWCoefficients CoefficientsOf(const AdamWOptions& options, const AdamWSegment& segment) {
  const double rate = options.learning_rate * segment.learning_rate_scale;
  const double step = static_cast<double>(options.step);
  const double bias1 = options.bias_correction ? 1 - std::pow(options.beta1, step) : 1;
  const double bias2 = options.bias_correction ? 1 - std::pow(options.beta2, step) : 1;
  AdamWCoefficients c;
  c.beta1 = static_cast<float>(options.beta1);
  c.beta2 = static_cast<float>(options.beta2);
  c.one_minus_beta1 = static_cast<float>(1 - options.beta1);
  c.one_minus_beta2 = static_cast<float>(1 - options.beta2);
  c.shrink = static_cast<float>(1 - (segment.decay ? rate * options.weight_decay : 0));
  c.step_size = static_cast<float>(rate / bias1);
  c.inverse_root_bias2 = static_cast<float>(1 / std::sqrt(bias2));
  c.epsilon = static_cast<float>(options.epsilon);
  return c;
}

// AdamW's step of one element, of whose gradient `g` is what clipping left: what the kernels of all devices call.
RETORT_HOST_DEVICE inline void UpdateElement(const AdamWCoefficients& c, float g, float* parameter, float* first,
                                             float* second) {
  *first = c.beta1 * *first + c.one_minus_beta1 * g;
  *second = c.beta2 * *second + c.one_minus_beta2 * g * g;
  const float denominator = std::sqrt(*second) * c.inverse_root_bias2 + c.epsilon;
  *parameter = c.shrink * *parameter - c.step_size * *first / denominator;
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_ELEMENT_H_
