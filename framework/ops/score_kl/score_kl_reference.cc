#include "framework/ops/score_kl/score_kl_reference.h"

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/kl_div.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/ones.h"

namespace retort::ops {
namespace {

// A score whose softmax weight is exactly 0, and finite, so that no difference of two of them is NaN. Where a query
// sees no key, both sides come out uniform: KL and gradient 0.
constexpr double kNoAttention = -1e30;

// The pairs (query, key) that do not count, [B, 1, S, S].
at::Tensor UnseenPairs(const at::Tensor& valid, bool causal) {
  const at::Tensor padded = valid.logical_not().unsqueeze(1);  // [B, 1, S]
  const at::Tensor unseen = padded.unsqueeze(-1).logical_or(padded.unsqueeze(-2));
  if (!causal) return unseen;
  return unseen.logical_or(at::ones({valid.size(-1), valid.size(-1)}, valid.options()).triu(1));
}

at::Tensor LogAttention(const QueryKey& heads, const at::Tensor& valid, const at::Tensor& unseen) {
  const at::Tensor query = InLossType(heads.query, valid), key = InLossType(heads.key, valid);
  const at::Tensor scores = at::matmul(query, key.transpose(-2, -1)) * ScaleOf(heads.query);
  return at::log_softmax(scores.masked_fill(unseen, kNoAttention), -1);
}

}  // namespace

at::Tensor ScoreKlReference(const QueryKey& student, const QueryKey& teacher, const at::Tensor& valid, bool causal) {
  const at::Tensor unseen = UnseenPairs(valid, causal);
  const at::Tensor target = LogAttention({teacher.query.detach(), teacher.key.detach()}, valid, unseen);
  return at::kl_div(LogAttention(student, valid, unseen), target, at::Reduction::Sum, /*log_target=*/true);
}

}  // namespace retort::ops
