#include "framework/ops/matmul/matmul.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <optional>
#include <string_view>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/core/List.h"
#include "ATen/core/dispatch/Dispatcher.h"
#include "ATen/ops/addmm.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/mm.h"
#include "ATen/ops/zeros.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/column_sum/column_sum.h"
#include "framework/ops/transpose/transpose.h"
#include "framework/ops/vector_math/vector_math.h"
#include "torch/csrc/autograd/custom_function.h"

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

// Whether float32 is multiplied faster by oneDNN, which is a part of libtorch: MKL, which libtorch asks else, keeps its
// newest instructions for Intel's processors, and was slower on AMD's (tools/bench/README.md has figures).
bool OneDnnIsFaster() {
#if defined(__x86_64__)
  static const bool faster = !__builtin_cpu_is("intel") && __builtin_cpu_supports("avx2");
  return faster;
#else
  return false;
#endif
}

// Whether it is for products whose first factor is transposed as well, which it has to copy: MKL takes AVX2 on AMD's
// processors, and those from Zen 5 on compute twice as much with AVX-512.
bool OneDnnIsFasterTransposed() {
#if defined(__x86_64__)
  constexpr unsigned kZen5 = 0x1A;
  unsigned leaf = 0, b = 0, c = 0, d = 0;
  if (!OneDnnIsFaster() || !__builtin_cpu_is("amd") || __get_cpuid(1, &leaf, &b, &c, &d) == 0) return false;
  const unsigned family = ((leaf >> 8) & 0xF) + ((leaf >> 20) & 0xFF);
  return family >= kZen5 && __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

bool IsFloatOnCpu(const at::Tensor& x) { return x.scalar_type() == at::kFloat && x.device().is_cpu() && x.numel() > 0; }

// Whether products whose first factor is x are OneDnnLinear's.
bool IsForOneDnn(const at::Tensor& x) { return OneDnnIsFaster() && IsFloatOnCpu(x); }

// Whether products aᵀ b are.
bool IsForOneDnnTransposed(const at::Tensor& a) {
  static const bool faster = OneDnnIsFasterTransposed();
  return faster && IsFloatOnCpu(a);
}

// Whether x Wᵀ + b is OneDnnLinear's. In bfloat16 libtorch computes all products by oneDNN, but copies the bias first.
bool IsLayerForOneDnn(const at::Tensor& x) {
  const bool half = x.scalar_type() == at::kBFloat16 && MultipliesBfloat16Fast();
  return IsForOneDnn(x) || (half && x.device().is_cpu() && x.numel() > 0);
}

// oneDNN multiplies by what is neither a matrix without gaps nor the transpose of one, such as every fourth row, in its
// reference, a number at a time.
at::Tensor Dense(const at::Tensor& weight) {
  return weight.is_contiguous() || weight.t().is_contiguous() ? weight : weight.contiguous();
}

// x Wᵀ + b by oneDNN, without gradient.
at::Tensor OneDnnLinear(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  using Scalars = c10::List<std::optional<at::Scalar>>;
  using Operation = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
                               Scalars, std::optional<std::string_view>);
  static const auto operation =
      c10::Dispatcher::singleton().findSchemaOrThrow(kOneDnnLinear, /*overload_name=*/"").typed<Operation>();
  return operation.call(x, Dense(weight), bias, "none", Scalars(), std::nullopt);
}

// As rows: [..., n] -> [m, n].
at::Tensor AsMatrix(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

// a b without gradient: a [..., n], b [n, k].
at::Tensor Product(const at::Tensor& a, const at::Tensor& b) {
  return IsForOneDnn(a) ? OneDnnLinear(a, b.t(), std::nullopt) : at::matmul(a, b);
}

// OneDnnLinear with gradients.
class OneDnnLinearFunction : public torch::autograd::Function<OneDnnLinearFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["has_bias"] = bias.has_value();
    return OneDnnLinear(x, weight, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& output_gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &gradient = output_gradients[0];
    at::Tensor of_x, of_weight, of_bias;
    if (context->needs_input_grad(0)) of_x = Product(gradient, weight);
    if (context->needs_input_grad(1)) of_weight = TransposedProduct(AsMatrix(gradient), AsMatrix(x));
    const bool has_bias = context->saved_data["has_bias"].toBool();
    if (has_bias && context->needs_input_grad(2)) of_bias = ColumnSum(AsMatrix(gradient)).to(gradient.scalar_type());
    return {of_x, of_weight, of_bias};
  }
};

// Whether oneDNN, which copies the transpose of its first factor, copies less of the product's transpose, bᵀ a.
bool CopiesLess(const at::Tensor& b, const at::Tensor& a) { return b.size(1) < a.size(1); }

RETORT_MULTIVERSION void AddRow(const c10::BFloat16* x, int64_t n, float* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += static_cast<float>(x[i]);
}

// sum += x. Of bfloat16 libtorch would make a copy in float32 first.
void AddRows(const at::Tensor& x, at::Tensor sum) {
  const bool widens = x.scalar_type() == at::kBFloat16 && sum.scalar_type() == at::kFloat;
  if (!widens || !x.device().is_cpu() || sum.stride(1) != 1) {
    sum.add_(x);
    return;
  }
  const at::Tensor rows = x.contiguous();
  const int64_t width = rows.size(1), stride = sum.stride(0);
  const c10::BFloat16* const from = rows.const_data_ptr<c10::BFloat16>();
  float* const to = sum.data_ptr<float>();
  at::parallel_for(0, rows.size(0), 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) AddRow(from + row * width, width, to + row * stride);
  });
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

const char* FloatProductLibrary() {
  if (!OneDnnIsFaster()) return "MKL";
  return OneDnnIsFasterTransposed() ? "oneDNN" : "oneDNN and MKL";
}

at::Tensor Factor(const at::Tensor& x) {
  const bool slow = x.scalar_type() == at::kBFloat16 && x.device().is_cpu() && !MultipliesBfloat16Fast();
  return slow ? x.to(at::kFloat) : x;
}

at::Tensor MatMul(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor left = Factor(a), right = Factor(b);
  if (right.dim() == 2 && IsForOneDnn(left)) return Linear(left, right.t(), at::Tensor()).to(a.scalar_type());
  return at::matmul(left, right).to(a.scalar_type());
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

at::Tensor TransposedProduct(const at::Tensor& a, const at::Tensor& b) {
  if (!IsForOneDnnTransposed(a)) return at::mm(a.t(), b);
  return CopiesLess(b, a) ? Transposed(OneDnnLinear(b.t(), a.t(), std::nullopt))
                          : OneDnnLinear(a.t(), b.t(), std::nullopt);
}

void AddTransposedProduct(const at::Tensor& a, const at::Tensor& b, at::Tensor sum) {
  const at::Tensor left = Factor(a), right = Factor(b);
  if (sum.device().is_cuda() && left.scalar_type() != sum.scalar_type()) {
    AddProductOnGpu(left.t(), right, sum);
  } else if (left.scalar_type() == sum.scalar_type() && !IsForOneDnnTransposed(left)) {
    sum.addmm_(left.t(), right);
  } else if (IsForOneDnnTransposed(left) && CopiesLess(right, left)) {
    AddTransposed(OneDnnLinear(right.t(), left.t(), std::nullopt), sum);
  } else {
    AddRows(TransposedProduct(left, right), sum);
  }
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor in = Factor(x), matrix = Factor(weight);
  const auto shift = bias.defined() ? std::make_optional(Factor(bias)) : std::nullopt;
  const at::Tensor out =
      IsLayerForOneDnn(in) ? OneDnnLinearFunction::apply(in, matrix, shift) : at::linear(in, matrix, shift);
  return out.to(x.scalar_type());
}

}  // namespace retort::ops
