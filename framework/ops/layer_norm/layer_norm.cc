#include "framework/ops/layer_norm/layer_norm.h"

#include "ATen/ops/layer_norm.h"

namespace retort::ops {

at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
  return at::layer_norm(x, {x.size(-1)}, scale, shift, epsilon);
}

}  // namespace retort::ops
