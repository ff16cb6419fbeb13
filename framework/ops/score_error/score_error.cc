#include "framework/ops/score_error/score_error.h"

#include <cmath>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/matmul.h"
#include "framework/ops/score_error/score_error_host.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

double ScaleOf(const QueryKey& heads) { return 1 / std::sqrt(static_cast<double>(heads.query.size(-1))); }

// The gradient is computed with the sum, which has what it is made of, and scaled backward.
class HostFunction : public torch::autograd::Function<HostFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const QueryKey& teacher, const ScorePositions& positions, bool with_gradient) {
    const HostScoreError error = ScoreErrorOnHost({query, key}, teacher, positions, with_gradient);
    if (with_gradient) context->save_for_backward({error.gradient.query, error.gradient.key});
    context->saved_data["type"] = query.scalar_type();
    return error.sum;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::ScalarType type = context->saved_data["type"].toScalarType();
    return {(saved[0] * gradients[0]).to(type), (saved[1] * gradients[0]).to(type), {}, {}, {}};
  }
};

at::Tensor InSumType(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat); }

// In the sum's type, with 0 where nothing is read.
QueryKey Read(const QueryKey& heads, const ScorePositions& positions) {
  const QueryKey all{InSumType(heads.query), InSumType(heads.key)};
  if (!positions.valid.defined()) return all;
  const at::Tensor padding = positions.valid.logical_not().unsqueeze(1).unsqueeze(-1);
  return {positions.padded_queries ? all.query : all.query.masked_fill(padding, 0), all.key.masked_fill(padding, 0)};
}

// P and R.
std::pair<at::Tensor, at::Tensor> DifferenceFactors(const QueryKey& student, const QueryKey& teacher) {
  const at::Tensor ours = ScaleOf(student) * student.query, theirs = ScaleOf(teacher) * teacher.query;
  const bool same_width = student.key.size(-1) == teacher.key.size(-1);
  return {at::cat({same_width ? ours - theirs : ours, theirs}, -1),
          at::cat({student.key, same_width ? student.key - teacher.key : -teacher.key}, -1)};
}

at::Tensor Gram(const at::Tensor& x) { return at::matmul(x.transpose(-2, -1), x); }

}  // namespace

at::Tensor ScoreError(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions) {
  if (student.query.device().is_cpu()) {
    const bool with_gradient =
        at::GradMode::is_enabled() && (student.query.requires_grad() || student.key.requires_grad());
    return HostFunction::apply(student.query, student.key, teacher, positions, with_gradient);
  }
  const auto [p, r] =
      DifferenceFactors(Read(student, positions), Read({teacher.query.detach(), teacher.key.detach()}, positions));
  return (Gram(p) * Gram(r)).sum();
}

}  // namespace retort::ops
