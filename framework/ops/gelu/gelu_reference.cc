#include "framework/ops/gelu/gelu_reference.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/erf.h"
#include "ATen/ops/tanh.h"

namespace retort::ops {

at::Tensor GeluReference(const at::Tensor& x) { return x / 2 * (1 + at::erf(x * M_SQRT1_2)); }

at::Tensor GeluTanhReference(const at::Tensor& x) {
  const double scale = M_2_SQRTPI * M_SQRT1_2;  // √(2/π)
  return x / 2 * (1 + at::tanh(scale * (x + 0.044715 * x * x * x)));
}

}  // namespace retort::ops
