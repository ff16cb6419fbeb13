#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_DEVICE_H_

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/row_draws.h"
#include "framework/ops/layer_norm/norm_tensors.h"

namespace retort::ops {

// LayerNormOnHost and LayerNormGradientsOnHost (layer_norm_host.h) by the kernels of a device that is not the CPU. All
// tensors are contiguous, and `scale` and `shift` in the type of x. The same bits each time: what all rows add to the
// gradients of scale and shift is added up in a fixed order.
//
// In builds without --config=cuda one thread of the CPU does what the kernels do, for tests, on tensors of the CPU.
NormOutputs LayerNormOnDevice(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                              const RowDraws& draws);
NormGradients LayerNormGradientsOnDevice(const at::Tensor& gradient, const NormOutputs& outputs,
                                         const at::Tensor& scale, const RowDraws& draws);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_DEVICE_H_
