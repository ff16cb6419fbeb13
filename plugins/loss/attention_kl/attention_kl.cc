#include "plugins/loss/attention_kl/attention_kl.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/kl_div.h"
#include "ATen/ops/log_softmax.h"
#include "absl/status/status.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(AttentionKlLoss, AttentionKlConfig);

// A score whose softmax weight is exactly 0, and finite, so that no difference of two of them is NaN.
constexpr double kNoAttention = -1e30;

// Log-probabilities over valid keys; rows of padded queries are replaced by zeros. [B, A, S, S]
at::Tensor LogAttention(const at::Tensor& scores, const at::Tensor& padded) {
  const at::Tensor log_attention =
      at::log_softmax(scores.masked_fill(padded.unsqueeze(1).unsqueeze(2), kNoAttention), -1);
  return log_attention.masked_fill(padded.unsqueeze(1).unsqueeze(-1), 0);
}

// The scores with queries and keys of padded positions set to 0, so that these may hold anything, even NaN.
at::Tensor ReadScores(const AttentionState& attention) {
  const at::Tensor padded = attention.valid().logical_not().unsqueeze(1).unsqueeze(-1);  // [B, 1, S, 1]
  return AttentionState(attention.query().masked_fill(padded, 0), attention.key().masked_fill(padded, 0),
                        attention.value(), attention.valid())
      .scores();
}

}  // namespace

at::Tensor AttentionKlSum(const at::Tensor& student, const at::Tensor& teacher, const at::Tensor& valid) {
  const at::Tensor padded = valid.logical_not();
  return at::kl_div(LogAttention(student, padded), LogAttention(teacher.detach(), padded), at::Reduction::Sum,
                    /*log_target=*/true);
}

absl::StatusOr<std::unique_ptr<LossTerm>> AttentionKlLoss::Create(const AttentionKlConfig& config,
                                                                  const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameHeads(context, "AttentionKlConfig", ""));
  if (!config.has_mapping()) return absl::InvalidArgumentError("AttentionKlConfig.mapping: want a mapping, got none");
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs,
                          MapContextLayers(context, config.mapping().plugin(), "AttentionKlConfig.mapping"));
  return std::make_unique<AttentionKlLoss>(std::move(pairs), context.student.heads);
}

Capture AttentionKlLoss::student() const {
  Capture capture;
  capture.attention = StudentLayers(pairs_);
  return capture;
}

Capture AttentionKlLoss::teacher() const {
  Capture capture;
  capture.attention = TeacherLayers(pairs_);
  return capture;
}

double AttentionKlLoss::Count(const BatchMasks& masks) const {
  return static_cast<double>(heads_) * static_cast<double>(masks.Rows(RowSet::kReal));
}

absl::StatusOr<at::Tensor> AttentionKlLoss::Sum(const LossInputs& inputs) const {
  at::Tensor sum;
  for (const LayerPair& pair : pairs_) {
    const at::Tensor student = ReadScores(AttentionAt(inputs.student, pair.student));
    const at::Tensor teacher = ReadScores(AttentionAt(*inputs.teacher, pair.teacher));
    const at::Tensor of_pair = pair.weight * AttentionKlSum(student, teacher, inputs.batch.valid);
    sum = sum.defined() ? sum + of_pair : of_pair;
  }
  return sum;
}

}  // namespace retort
