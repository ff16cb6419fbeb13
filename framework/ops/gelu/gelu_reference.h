#ifndef RETORT_FRAMEWORK_OPS_GELU_GELU_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_GELU_GELU_REFERENCE_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Gelu and GeluTanh, written down as they are.
at::Tensor GeluReference(const at::Tensor& x);
at::Tensor GeluTanhReference(const at::Tensor& x);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_GELU_GELU_REFERENCE_H_
