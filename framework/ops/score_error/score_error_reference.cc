#include "framework/ops/score_error/score_error_reference.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"

namespace retort::ops {
namespace {

at::Tensor Scores(const QueryKey& heads) {
  return at::matmul(heads.query, heads.key.transpose(-2, -1)) / std::sqrt(static_cast<double>(heads.query.size(-1)));
}

}  // namespace

at::Tensor ScoreErrorReference(const QueryKey& student, const QueryKey& teacher, const ScorePositions& positions) {
  at::Tensor difference = Scores(student) - Scores({teacher.query.detach(), teacher.key.detach()});
  if (positions.valid.defined()) {
    const at::Tensor padding = positions.valid.logical_not().unsqueeze(1);  // [B, 1, S]
    difference = difference.masked_fill(padding.unsqueeze(2), 0);
    if (!positions.padded_queries) difference = difference.masked_fill(padding.unsqueeze(3), 0);
  }
  return difference.square().sum();
}

}  // namespace retort::ops
