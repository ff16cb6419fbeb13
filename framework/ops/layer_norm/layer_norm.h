#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/packing/packing.h"

namespace retort::ops {

// Layer normalisation (Ba et al. 2016, arXiv:1607.06450) over the last dimension:
//
//   y = (x - μ) / √(σ² + ε) · scale + shift,   μ = Σ x / H,   σ² = Σ (x - μ)² / H.
//
// Args: x [..., H]; scale and shift [H], in the type of x; ε > 0. Gradient flows to x, scale and shift.
// Returns: as x. On the CPU neither value nor gradients depend on the number of threads; on a GPU they have the same
//   bits each time.
// Numerics: statistics and sums in float32 (float64 for float64 inputs).
at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon);

// Dropout of rows, or none.
struct RowDropout {
  double rate = 0;   // In [0, 1).
  DropoutSite site;  // Not read at rate 0.
};

// What ends a part of a layer with norms after residual sums (Vaswani et al. 2017, arXiv:1706.03762, section 3.1):
//
//   y = LayerNorm(skip + Dropout(x)),
//
// on the CPU in one pass over memory, and its gradient in one as well; on a GPU by one kernel, and three.
//
// Args: x and skip [n, H], the rows of `packing`; scale, shift and ε as above. Gradient flows to x, skip, scale and
//   shift.
// Returns: [n, H].
// Numerics: as above; the sum is rounded to the type of x before it is normalised, Dropout(x) is not.
at::Tensor ResidualLayerNorm(const at::Tensor& x, const at::Tensor& skip, const at::Tensor& scale,
                             const at::Tensor& shift, double epsilon, const RowDropout& dropout,
                             const Packing& packing);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_H_
