#include "framework/ops/matmul/matmul.h"

#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"

namespace retort::ops {
namespace {

bool MultipliesBfloat16Fast() {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("avx512bw");
  return fast;
#else
  return true;
#endif
}

}  // namespace

at::Tensor Factor(const at::Tensor& x) {
  const bool slow = x.scalar_type() == at::kBFloat16 && x.device().is_cpu() && !MultipliesBfloat16Fast();
  return slow ? x.to(at::kFloat) : x;
}

at::Tensor MatMul(const at::Tensor& a, const at::Tensor& b) {
  return at::matmul(Factor(a), Factor(b)).to(a.scalar_type());
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor shift = bias.defined() ? Factor(bias) : bias;
  return at::linear(Factor(x), Factor(weight), shift).to(x.scalar_type());
}

}  // namespace retort::ops
