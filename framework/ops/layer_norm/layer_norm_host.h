#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_HOST_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_HOST_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/row_draws.h"
#include "framework/ops/layer_norm/norm_tensors.h"

namespace retort::ops {

// LayerNorm(skip + Dropout(x)) on the CPU, without gradient; `skip` may be undefined, and is 0 then. x [..., H],
// contiguous, as skip.
NormOutputs LayerNormOnHost(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                            const RowDraws& draws);

// The gradients of all that LayerNormOnHost reads, from that of y, contiguous. The y of `outputs` is not read.
NormGradients LayerNormGradientsOnHost(const at::Tensor& gradient, const NormOutputs& outputs, const at::Tensor& scale,
                                       const RowDraws& draws);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_HOST_H_
