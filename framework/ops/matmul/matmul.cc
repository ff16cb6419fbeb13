#include "framework/ops/matmul/matmul.h"

#include "ATen/ops/addmm.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/mm.h"

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

at::Tensor RowsOfLogits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  constexpr int64_t kAlignment = 64;  // Elements.
  const int64_t columns = weight.size(0);
  if (x.device().is_cpu() || columns % kAlignment == 0) return Linear(x, weight, bias);
  const int64_t stride = (columns + kAlignment - 1) / kAlignment * kAlignment;
  at::Tensor out = at::empty({x.size(0), stride}, x.options()).narrow(1, 0, columns);
  return bias.defined() ? at::addmm_out(out, bias, x, weight.t()) : at::mm_out(out, x, weight.t());
}

void AddProduct(const at::Tensor& a, const at::Tensor& b, at::Tensor sum) {
  const at::Tensor left = Factor(a), right = Factor(b);
  if (left.scalar_type() == sum.scalar_type()) {
    sum.addmm_(left, right);
  } else if (sum.device().is_cuda()) {
    at::addmm_out(sum, sum, left, right, sum.scalar_type());
  } else {
    sum.add_(at::mm(left, right));
  }
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor shift = bias.defined() ? Factor(bias) : bias;
  return at::linear(Factor(x), Factor(weight), shift).to(x.scalar_type());
}

}  // namespace retort::ops
