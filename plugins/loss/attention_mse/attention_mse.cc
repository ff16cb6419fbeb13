#include "plugins/loss/attention_mse/attention_mse.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/mse_loss.h"
#include "absl/status/status.h"
#include "framework/base/status_macros.h"
#include "framework/loss/attention_support.h"
#include "framework/loss/term_support.h"
#include "framework/ops/score_error/score_error.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(AttentionMseLoss, AttentionMseConfig);

at::Tensor Scores(const ops::QueryKey& heads, bool causal) {
  const at::Tensor scores = ScaledProducts(heads.query, heads.key);
  return causal ? scores.tril() : scores;
}

// Of heads of these widths.
bool GramIsCheaper(int64_t positions, int64_t student_width, int64_t teacher_width) {
  return positions >= 2 * std::max(student_width, teacher_width);
}

}  // namespace

at::Tensor AttentionMseMaterialised(const ops::QueryKey& student, const ops::QueryKey& teacher, bool causal) {
  return Total(at::mse_loss(Scores(student, causal), Scores(teacher, causal).detach(), at::Reduction::None));
}

// 1/A Σ_a q_a·k_a/√d = q·k/√(A·d) · 1/√A for the concatenations q and k.
ops::QueryKey AverageHeads(const ops::QueryKey& heads) {
  const auto count = static_cast<double>(heads.query.size(1));
  return {Regroup(heads.query, 1) / std::sqrt(count), Regroup(heads.key, 1)};
}

absl::StatusOr<std::unique_ptr<LossTerm>> AttentionMseLoss::Create(const AttentionMseConfig& config,
                                                                   const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameDirection(context, "AttentionMseConfig"));
  Options options;
  options.averaged = config.heads() == AttentionMseConfig::AVERAGED;
  options.form = config.form();
  options.padding_included = config.padding() == AttentionMseConfig::INCLUDED;
  options.causal = context.student.causal();
  if (options.causal && options.form == AttentionMseConfig::GRAM) {
    return absl::InvalidArgumentError(
        "AttentionMseConfig.form: want AUTO or MATERIALISED for causal models, got GRAM, which cannot leave out later "
        "keys");
  }
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs,
                          MapContextLayers(context, config.mapping().plugin(), "AttentionMseConfig.mapping"));
  if (!options.averaged) {
    RETORT_ASSIGN_OR_RETURN(options.heads,
                            SameHeads(context, pairs, "AttentionMseConfig", "; heads: AVERAGED takes any numbers"));
  }
  return std::make_unique<AttentionMseLoss>(std::move(pairs), options);
}

Capture AttentionMseLoss::student() const { return StudentAttention(pairs_, options_.padding_included); }

Capture AttentionMseLoss::teacher() const { return TeacherAttention(pairs_, options_.padding_included); }

double AttentionMseLoss::Count(const BatchMasks& masks) const {
  double position_pairs = 0;
  for (int64_t length : masks.lengths) {
    const double side = static_cast<double>(options_.padding_included ? masks.padded_length : length);
    const bool half = options_.causal && !options_.padding_included;
    position_pairs += half ? side * (side + 1) / 2 : side * side;
  }
  return static_cast<double>(options_.heads) * position_pairs;
}

ops::QueryKey AttentionMseLoss::Read(const AttentionState& attention) const {
  ops::QueryKey heads{
      options_.padding_included ? InLossType(attention.query()) : WithoutPadding(attention.query(), attention.valid()),
      WithoutPadding(attention.key(), attention.valid())};
  return options_.averaged ? AverageHeads(heads) : heads;
}

bool AttentionMseLoss::UsesGram(const at::Tensor& student, const at::Tensor& teacher) const {
  if (options_.form != AttentionMseConfig::AUTO) return options_.form == AttentionMseConfig::GRAM;
  const auto width = [&](const at::Tensor& heads) {
    return options_.averaged ? heads.size(1) * heads.size(3) : heads.size(3);
  };
  return !options_.causal && GramIsCheaper(student.size(2), width(student), width(teacher));
}

at::Tensor AttentionMseLoss::GramSum(const AttentionState& student, const AttentionState& teacher) const {
  if (options_.averaged) return ops::ScoreError(Read(student), Read(teacher));
  return ops::ScoreError({student.query(), student.key()}, {teacher.query(), teacher.key()},
                         {student.valid(), options_.padding_included});
}

absl::StatusOr<at::Tensor> AttentionMseLoss::Sum(const LossInputs& inputs) const {
  return WeightedSum(pairs_, [&](const LayerPair& pair) {
    const AttentionState &student = AttentionAt(inputs.student, pair.student),
                         &teacher = AttentionAt(*inputs.teacher, pair.teacher);
    if (UsesGram(student.query(), teacher.query())) return GramSum(student, teacher);
    return AttentionMseMaterialised(Read(student), Read(teacher), options_.causal);
  });
}

}  // namespace retort
