#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_NORM_TENSORS_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_NORM_TENSORS_H_

#include "ATen/core/Tensor.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/empty_like.h"

namespace retort::ops {

// The parameters of a norm, [H].
struct NormParameters {
  at::Tensor scale, shift;
  double epsilon = 0;
};

// What LayerNorm makes, and what its gradient reads.
struct NormOutputs {
  at::Tensor y;              // As x
  at::Tensor sum;            // As x: what was normalised, skip + Dropout(x), or x itself.
  at::Tensor mean, inverse;  // [n] float32 (float64 for float64 inputs): μ and 1 / √(σ² + ε).
};

// The gradients of all that LayerNorm reads.
struct NormGradients {
  at::Tensor x, skip;  // The same tensor if nothing is dropped.
  at::Tensor scale, shift;
};

// Outputs to be filled; adds: whether something is added to x or dropped of it.
inline NormOutputs EmptyNormOutputs(const at::Tensor& x, bool adds) {
  const int64_t rows = x.numel() / x.size(-1);
  const auto statistics = x.options().dtype(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  return {at::empty_like(x), adds ? at::empty_like(x) : x, at::empty({rows}, statistics),
          at::empty({rows}, statistics)};
}

// Gradients to be filled, for that of the output.
inline NormGradients EmptyNormGradients(const at::Tensor& gradient, const at::Tensor& scale, bool drops) {
  const at::Tensor skip = at::empty_like(gradient);
  return {drops ? at::empty_like(gradient) : skip, skip, at::empty_like(scale), at::empty_like(scale)};
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_NORM_TENSORS_H_
