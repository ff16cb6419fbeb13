#include "framework/ops/score_heads/score_heads.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/full.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/vector_math/vector_math.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

// out = factor · x
template <typename F>
RETORT_INLINE void Scale(F factor, const F* x, int64_t n, F* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = factor * x[i];
}

RETORT_MULTIVERSION void RunScale(float factor, const float* x, int64_t n, float* out) { Scale(factor, x, n, out); }
void RunScale(double factor, const double* x, int64_t n, double* out) { Scale(factor, x, n, out); }

// [B, A, S, d], in memory [B, S, A, d].
at::Tensor EmptyLike(const at::Tensor& heads, at::ScalarType type) {
  return at::empty({heads.size(0), heads.size(2), heads.size(1), heads.size(3)}, type).transpose(1, 2);
}

using Loss = std::function<ScoreLoss(const QueryKey&, bool)>;

class LossFunction : public torch::autograd::Function<LossFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const Loss& loss, bool with_gradient) {
    const ScoreLoss result = loss({query, key}, with_gradient);
    if (with_gradient) context->save_for_backward({result.gradient.query, result.gradient.key});
    context->saved_data["type"] = query.scalar_type();
    return result.sum;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::ScalarType type = context->saved_data["type"].toScalarType();
    return {(saved[0] * gradients[0]).to(type), (saved[1] * gradients[0]).to(type), {}, {}};
  }
};

}  // namespace

at::Tensor InLossType(const at::Tensor& x, const at::Tensor& valid) {
  const at::Tensor values = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  return valid.defined() ? values.masked_fill(valid.logical_not().unsqueeze(1).unsqueeze(-1), 0) : values;
}

at::Tensor DifferentiableLoss(const QueryKey& student, const Loss& loss) {
  const bool with_gradient =
      at::GradMode::is_enabled() && (student.query.requires_grad() || student.key.requires_grad());
  return LossFunction::apply(student.query, student.key, loss, with_gradient);
}

ScoreLoss SumOverHeads(const at::Tensor& query, bool with_gradient, const std::function<HeadLoss()>& make) {
  const at::ScalarType type = query.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  ScoreLoss loss;
  if (with_gradient) loss.gradient = {EmptyLike(query, type), EmptyLike(query, type)};
  const int64_t heads = query.size(1);
  std::vector<double> sums(query.size(0) * heads);
  at::parallel_for(0, static_cast<int64_t>(sums.size()), 1, [&](int64_t begin, int64_t end) {
    const HeadLoss head_loss = make();
    for (int64_t i = begin; i < end; ++i) sums[i] = head_loss(i / heads, i % heads, loss.gradient);
  });
  loss.sum = at::full({}, std::accumulate(sums.begin(), sums.end(), 0.0), type);
  return loss;
}

QueryKey WithoutGaps(const QueryKey& heads) {
  const auto dense = [](const at::Tensor& x) { return x.stride(-1) == 1 ? x : x.contiguous(); };
  return {dense(heads.query), dense(heads.key)};
}

std::vector<std::vector<int64_t>> ReadPositions(const at::Tensor& valid, int64_t sequences, int64_t length) {
  std::vector<std::vector<int64_t>> positions(sequences);
  const at::Tensor mask = valid.defined() ? valid.contiguous() : at::full({sequences, length}, true, at::kBool);
  const bool* const real = mask.const_data_ptr<bool>();
  for (int64_t b = 0; b < sequences; ++b) {
    for (int64_t s = 0; s < length; ++s) {
      if (real[b * length + s]) positions[b].push_back(s);
    }
  }
  return positions;
}

double ScaleOf(const at::Tensor& heads) { return 1 / std::sqrt(static_cast<double>(heads.size(-1))); }

template <typename F>
void LoadHead(F factor, const at::Tensor& x, int64_t sequence, int64_t head, const std::vector<int64_t>& positions,
              const Matrix<F>& out) {
  DispatchFloats(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    const T* const first = x.const_data_ptr<T>() + sequence * x.stride(0) + head * x.stride(1);
    const int64_t stride = x.stride(2), width = x.size(3);
    for (size_t i = 0; i < positions.size(); ++i) {
      F* const row = out.Row(static_cast<int64_t>(i));
      if constexpr (std::is_same_v<T, F>) {
        RunScale(factor, first + positions[i] * stride, width, row);
      } else {
        ConvertRow(first + positions[i] * stride, width, row);
        RunScale(factor, row, width, row);
      }
    }
  });
}

template <typename F>
void StoreHead(F factor, const Matrix<F>& rows, int64_t sequence, int64_t head, const std::vector<int64_t>& positions,
               const at::Tensor& gradient) {
  const int64_t width = gradient.size(3), count = static_cast<int64_t>(positions.size());
  F* const first = gradient.data_ptr<F>() + sequence * gradient.stride(0) + head * gradient.stride(1);
  for (int64_t s = 0, i = 0; s < gradient.size(2); ++s) {
    F* const out = first + s * gradient.stride(2);
    if (i == count || positions[i] != s) {
      std::fill_n(out, width, F{0});
    } else {
      RunScale(factor, rows.Row(i++), width, out);
    }
  }
}

#define RETORT_HEADS(F)                                                                                          \
  template void LoadHead(F, const at::Tensor&, int64_t, int64_t, const std::vector<int64_t>&, const Matrix<F>&); \
  template void StoreHead(F, const Matrix<F>&, int64_t, int64_t, const std::vector<int64_t>&, const at::Tensor&);
RETORT_HEADS(float)
RETORT_HEADS(double)
#undef RETORT_HEADS

}  // namespace retort::ops
