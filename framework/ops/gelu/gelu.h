#ifndef RETORT_FRAMEWORK_OPS_GELU_GELU_H_
#define RETORT_FRAMEWORK_OPS_GELU_GELU_H_

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Gaussian error linear units (Hendrycks and Gimpel 2016, arXiv:1606.08415), element by element, in the type of x.
// Gradient flows to x.

// y = x · Φ(x) = x/2 · (1 + erf(x / √2)), with Φ the standard normal's distribution function.
at::Tensor Gelu(const at::Tensor& x);

// Its approximation y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))): "gelu_new" of GPT-2.
at::Tensor GeluTanh(const at::Tensor& x);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_GELU_GELU_H_
