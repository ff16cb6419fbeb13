#include "framework/ops/matmul/matmul.h"

#include <vector>

#include "ATen/ops/addmm.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/mm.h"
#include "ATen/ops/zeros.h"

namespace retort::ops {
namespace {

constexpr int64_t kAlignment = 64;  // Rows and columns that a GPU's products are fast for are multiples of this.

bool MultipliesBfloat16Fast() {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("avx512bf16");  // Those with AMX's have these as well.
  return fast;
#else
  return true;
#endif
}

// Most rows in one aligned product, the rest in a small one.
void AddProductOnGpu(const at::Tensor& a, const at::Tensor& b, at::Tensor sum) {
  const int64_t rows = a.size(0), aligned = rows / kAlignment * kAlignment;
  const auto add = [&](int64_t begin, int64_t count) {
    if (count == 0) return;
    at::Tensor part = sum.narrow(0, begin, count);
    at::addmm_out(part, part, a.narrow(0, begin, count), b, sum.scalar_type());
  };
  add(0, aligned);
  add(aligned, rows - aligned);
}

}  // namespace

at::Tensor Factor(const at::Tensor& x) {
  const bool slow = x.scalar_type() == at::kBFloat16 && x.device().is_cpu() && !MultipliesBfloat16Fast();
  return slow ? x.to(at::kFloat) : x;
}

at::Tensor MatMul(const at::Tensor& a, const at::Tensor& b) {
  return at::matmul(Factor(a), Factor(b)).to(a.scalar_type());
}

at::Tensor PadRows(const at::Tensor& x) {
  const int64_t rows = x.size(0);
  if (x.device().is_cpu() || rows % kAlignment == 0) return x;
  std::vector<int64_t> shape = x.sizes().vec();
  shape[0] = (rows + kAlignment - 1) / kAlignment * kAlignment;
  at::Tensor padded = at::zeros(shape, x.options());
  padded.narrow(0, 0, rows).copy_(x.detach());
  return padded;
}

void AddProduct(const at::Tensor& a, const at::Tensor& b, at::Tensor sum) {
  const at::Tensor left = Factor(a), right = Factor(b);
  if (left.scalar_type() == sum.scalar_type()) {
    sum.addmm_(left, right);
  } else if (sum.device().is_cuda()) {
    AddProductOnGpu(left, right, sum);
  } else {
    sum.add_(at::mm(left, right));
  }
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor shift = bias.defined() ? Factor(bias) : bias;
  return at::linear(Factor(x), Factor(weight), shift).to(x.scalar_type());
}

}  // namespace retort::ops
