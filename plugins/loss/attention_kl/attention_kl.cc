#include "plugins/loss/attention_kl/attention_kl.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "absl/status/status.h"
#include "framework/base/status_macros.h"
#include "framework/loss/attention_support.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(AttentionKlLoss, AttentionKlConfig);

at::Tensor Scores(const AttentionState& attention) {
  return ScaledProducts(WithoutPadding(attention.query(), attention.valid()),
                        WithoutPadding(attention.key(), attention.valid()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LossTerm>> AttentionKlLoss::Create(const AttentionKlConfig& config,
                                                                  const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameHeads(context, "AttentionKlConfig", ""));
  RETORT_RETURN_IF_ERROR(RequireSameDirection(context, "AttentionKlConfig"));
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
    const AttentionState& student = AttentionAt(inputs.student, pair.student);
    const AttentionState& teacher = AttentionAt(*inputs.teacher, pair.teacher);
    const at::Tensor unseen = UnseenPairs(inputs.batch.valid, student.causal());
    const at::Tensor of_pair = pair.weight * AttentionKlSum(Scores(student), Scores(teacher), unseen);
    sum = sum.defined() ? sum + of_pair : of_pair;
  }
  return sum;
}

}  // namespace retort
