#include "framework/ops/gelu/gelu.h"

#include "ATen/ops/gelu.h"

namespace retort::ops {

at::Tensor Gelu(const at::Tensor& x) { return at::gelu(x); }

at::Tensor GeluTanh(const at::Tensor& x) { return at::gelu(x, "tanh"); }

}  // namespace retort::ops
