#include "plugins/loss/attention_kl/attention_kl.h"

#include <utility>

#include "framework/base/status_macros.h"
#include "framework/loss/attention_support.h"
#include "framework/loss/term_support.h"
#include "framework/ops/score_kl/score_kl.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(AttentionKlLoss, AttentionKlConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<LossTerm>> AttentionKlLoss::Create(const AttentionKlConfig& config,
                                                                  const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameDirection(context, "AttentionKlConfig"));
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs,
                          MapContextLayers(context, config.mapping().plugin(), "AttentionKlConfig.mapping"));
  RETORT_ASSIGN_OR_RETURN(const int64_t heads, SameHeads(context, pairs, "AttentionKlConfig", ""));
  return std::make_unique<AttentionKlLoss>(std::move(pairs), heads);
}

Capture AttentionKlLoss::student() const { return StudentAttention(pairs_); }

Capture AttentionKlLoss::teacher() const { return TeacherAttention(pairs_); }

double AttentionKlLoss::Count(const BatchMasks& masks) const {
  return static_cast<double>(heads_) * static_cast<double>(masks.Rows(RowSet::kReal));
}

absl::StatusOr<at::Tensor> AttentionKlLoss::Sum(const LossInputs& inputs) const {
  return WeightedSum(pairs_, [&](const LayerPair& pair) {
    const AttentionState& student = AttentionAt(inputs.student, pair.student);
    const AttentionState& teacher = AttentionAt(*inputs.teacher, pair.teacher);
    return ops::ScoreKl({student.query(), student.key()}, {teacher.query(), teacher.key()}, inputs.batch.valid,
                        student.causal());
  });
}

}  // namespace retort
