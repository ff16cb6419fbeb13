#ifndef RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_REFERENCE_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// LayerNorm, written down as it is.
at::Tensor LayerNormReference(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_LAYER_NORM_LAYER_NORM_REFERENCE_H_
