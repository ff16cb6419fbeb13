#include "framework/ops/score_error/score_error.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/matmul.h"
#include "framework/ops/score_error/score_error_host.h"

namespace retort::ops {
namespace {

QueryKey Read(const QueryKey& heads, const ScorePositions& positions) {
  return {InLossType(heads.query, positions.padded_queries ? at::Tensor() : positions.valid),
          InLossType(heads.key, positions.valid)};
}

// P and R.
std::pair<at::Tensor, at::Tensor> DifferenceFactors(const QueryKey& student, const QueryKey& teacher) {
  const at::Tensor ours = ScaleOf(student.query) * student.query, theirs = ScaleOf(teacher.query) * teacher.query;
  const bool same_width = student.key.size(-1) == teacher.key.size(-1);
  return {at::cat({same_width ? ours - theirs : ours, theirs}, -1),
          at::cat({student.key, same_width ? student.key - teacher.key : -teacher.key}, -1)};
}

at::Tensor Gram(const at::Tensor& x) { return at::matmul(x.transpose(-2, -1), x); }

}  // namespace

at::Tensor ScoreError(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions) {
  if (student.query.device().is_cpu()) {
    return DifferentiableLoss(student, [&](const QueryKey& heads, bool with_gradient) {
      return ScoreErrorOnHost(heads, teacher, positions, with_gradient);
    });
  }
  const auto [p, r] =
      DifferenceFactors(Read(student, positions), Read({teacher.query.detach(), teacher.key.detach()}, positions));
  return (Gram(p) * Gram(r)).sum();
}

}  // namespace retort::ops
