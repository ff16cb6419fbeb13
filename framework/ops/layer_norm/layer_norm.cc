#include "framework/ops/layer_norm/layer_norm.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/native_layer_norm.h"
#include "ATen/ops/native_layer_norm_backward.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/vector_math/vector_math.h"
#include "glog/logging.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

constexpr int64_t kRowsPerBlock = 64;  // What one thread sums at a time; blocks are then summed in their order.

// scale += g · (x - μ) / σ and shift += g.
template <typename F>
RETORT_INLINE void AddRow(int64_t n, F mean, F inverse_deviation, const F* __restrict g, const F* __restrict x,
                          F* __restrict scale, F* __restrict shift) {
  for (int64_t i = 0; i < n; ++i) {
    scale[i] += g[i] * (x[i] - mean) * inverse_deviation;
    shift[i] += g[i];
  }
}

RETORT_MULTIVERSION void RunAddRow(int64_t n, float mean, float inverse_deviation, const float* g, const float* x,
                                   float* scale, float* shift) {
  AddRow(n, mean, inverse_deviation, g, x, scale, shift);
}

void RunAddRow(int64_t n, double mean, double inverse_deviation, const double* g, const double* x, double* scale,
               double* shift) {
  AddRow(n, mean, inverse_deviation, g, x, scale, shift);
}

void RunAddRow(int64_t n, float mean, float inverse_deviation, const c10::BFloat16* g, const c10::BFloat16* x,
               float* scale, float* shift) {
  thread_local std::vector<float> values;
  values.resize(2 * n);
  ConvertRow(g, n, values.data());
  ConvertRow(x, n, values.data() + n);
  RunAddRow(n, mean, inverse_deviation, values.data(), values.data() + n, scale, shift);
}

// The gradients of scale and shift, whose bits do not depend on the number of threads; libtorch's do.
template <typename T, typename F>
std::tuple<at::Tensor, at::Tensor> ParameterGradients(const at::Tensor& gradient, const at::Tensor& x,
                                                      const at::Tensor& mean, const at::Tensor& inverse_deviation) {
  const int64_t n = x.size(-1), rows = mean.numel(), blocks = (rows + kRowsPerBlock - 1) / kRowsPerBlock;
  const T *g = gradient.const_data_ptr<T>(), *from = x.const_data_ptr<T>();
  const T *means = mean.const_data_ptr<T>(), *inverses = inverse_deviation.const_data_ptr<T>();
  std::vector<F> sums(2 * n * blocks);
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * kRowsPerBlock; row < std::min(end * kRowsPerBlock, rows); ++row) {
      F* sum = sums.data() + 2 * n * (row / kRowsPerBlock);
      RunAddRow(n, static_cast<F>(means[row]), static_cast<F>(inverses[row]), g + row * n, from + row * n, sum,
                sum + n);
    }
  });
  std::vector<double> total(2 * n);
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t i = 0; i < 2 * n; ++i) total[i] += sums[2 * n * block + i];
  }
  at::Tensor scale = at::empty({n}, x.options()), shift = at::empty({n}, x.options());
  std::copy_n(total.data(), n, scale.data_ptr<T>());
  std::copy_n(total.data() + n, n, shift.data_ptr<T>());
  return {scale, shift};
}

std::tuple<at::Tensor, at::Tensor> ParameterGradientsOnHost(const at::Tensor& gradient, const at::Tensor& x,
                                                            const at::Tensor& mean,
                                                            const at::Tensor& inverse_deviation) {
  switch (x.scalar_type()) {
    case at::kFloat:
      return ParameterGradients<float, float>(gradient, x, mean, inverse_deviation);
    case at::kDouble:
      return ParameterGradients<double, double>(gradient, x, mean, inverse_deviation);
    default:
      CHECK_EQ(x.scalar_type(), at::kBFloat16);
      return ParameterGradients<c10::BFloat16, float>(gradient, x, mean, inverse_deviation);
  }
}

class LayerNormFunction : public torch::autograd::Function<LayerNormFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& scale,
                            const at::Tensor& shift, double epsilon) {
    auto [y, mean, inverse_deviation] = at::native_layer_norm(x, {x.size(-1)}, scale, shift, epsilon);
    context->save_for_backward({x, scale, shift, mean, inverse_deviation});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &shift = saved[2], &mean = saved[3], &inverse = saved[4];
    const at::Tensor gradient = gradients[0].contiguous();
    const bool host = x.device().is_cpu();
    auto [x_gradient, scale_gradient, shift_gradient] =
        at::native_layer_norm_backward(gradient, x, {x.size(-1)}, mean, inverse, scale, shift, {true, !host, !host});
    if (host) std::tie(scale_gradient, shift_gradient) = ParameterGradientsOnHost(gradient, x, mean, inverse);
    return {x_gradient, scale_gradient, shift_gradient, {}};
  }
};

}  // namespace

at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, double epsilon) {
  return LayerNormFunction::apply(x.contiguous(), scale, shift, epsilon);
}

}  // namespace retort::ops
