#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_HOST_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_HOST_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/row_draws.h"

namespace retort::ops {

// The parameters of a norm, [H].
struct NormParameters {
  at::Tensor scale, shift;
  double epsilon = 0;
};

// What LayerNorm makes, and what its gradient reads.
struct NormOutputs {
  at::Tensor y;              // As x
  at::Tensor sum;            // As x: what was normalised, skip + Dropout(x).
  at::Tensor mean, inverse;  // [n] float32 (float64 for float64 inputs): μ and 1 / √(σ² + ε).
};

// LayerNorm(skip + Dropout(x)) on the CPU, without gradient; `skip` may be undefined, and is 0 then. x [..., H],
// contiguous, as skip.
NormOutputs LayerNormOnHost(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                            const RowDraws& draws);

// The gradients of all that LayerNormOnHost reads.
struct NormGradients {
  at::Tensor x, skip;  // The same tensor if nothing is dropped.
  at::Tensor scale, shift;
};

NormGradients LayerNormGradientsOnHost(const at::Tensor& gradient, const NormOutputs& outputs, const at::Tensor& scale,
                                       const RowDraws& draws);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_HOST_H_
