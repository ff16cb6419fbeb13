#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Layer normalisation (Ba et al. 2016, arXiv:1607.06450) over the last dimension:
//
//   y = (x - μ) / √(σ² + ε) · scale + shift,   μ = Σ x / H,   σ² = Σ (x - μ)² / H.
//
// Args: x [..., H]; scale and shift [H], in the type of x; ε > 0. Gradient flows to x, scale and shift.
// Returns: as x. On the CPU neither value nor gradients depend on the number of threads.
at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_H_
