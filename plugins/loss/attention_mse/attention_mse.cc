#include "plugins/loss/attention_mse/attention_mse.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/mse_loss.h"
#include "absl/status/status.h"
#include "framework/base/status_macros.h"
#include "framework/loss/attention_support.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(AttentionMseLoss, AttentionMseConfig);

double ScoreScale(const QueryKey& heads) { return 1.0 / std::sqrt(static_cast<double>(heads.query.size(-1))); }

at::Tensor Scores(const QueryKey& heads, bool causal) {
  const at::Tensor scores = ScaledProducts(heads.query, heads.key);
  return causal ? scores.tril() : scores;
}

// Two products of queries and keys that add up to the difference of scores.
std::pair<QueryKey, QueryKey> DifferenceParts(const QueryKey& student, const QueryKey& teacher) {
  const at::Tensor ours = ScoreScale(student) * student.query, theirs = ScoreScale(teacher) * teacher.query;
  if (student.key.size(-1) != teacher.key.size(-1)) return {{ours, student.key}, {theirs, -teacher.key}};
  return {{ours - theirs, student.key}, {theirs, student.key - teacher.key}};
}

// ⟨Q_aᵀ Q_b, K_aᵀ K_b⟩ = ⟨Q_a K_aᵀ, Q_b K_bᵀ⟩, summed over sequences and heads.
at::Tensor ScalarProduct(const QueryKey& a, const QueryKey& b) {
  const at::Tensor queries = at::matmul(a.query.transpose(-2, -1), b.query);
  const at::Tensor keys = at::matmul(a.key.transpose(-2, -1), b.key);
  return Total(queries * keys);
}

bool GramIsCheaper(const QueryKey& student, const QueryKey& teacher) {
  return student.query.size(-2) >= 2 * std::max(student.query.size(-1), teacher.query.size(-1));
}

}  // namespace

at::Tensor AttentionMseMaterialised(const QueryKey& student, const QueryKey& teacher, bool causal) {
  return Total(at::mse_loss(Scores(student, causal), Scores(teacher, causal).detach(), at::Reduction::None));
}

at::Tensor AttentionMseGram(const QueryKey& student, const QueryKey& teacher) {
  const auto [a, b] = DifferenceParts(student, {teacher.query.detach(), teacher.key.detach()});
  return ScalarProduct(a, a) + 2 * ScalarProduct(a, b) + ScalarProduct(b, b);
}

// 1/A Σ_a q_a·k_a/√d = q·k/√(A·d) · 1/√A for the concatenations q and k.
QueryKey AverageHeads(const QueryKey& heads) {
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

QueryKey AttentionMseLoss::Read(const AttentionState& attention) const {
  QueryKey heads{
      options_.padding_included ? InLossType(attention.query()) : WithoutPadding(attention.query(), attention.valid()),
      WithoutPadding(attention.key(), attention.valid())};
  return options_.averaged ? AverageHeads(heads) : heads;
}

absl::StatusOr<at::Tensor> AttentionMseLoss::Sum(const LossInputs& inputs) const {
  return WeightedSum(pairs_, [&](const LayerPair& pair) {
    const QueryKey student = Read(AttentionAt(inputs.student, pair.student));
    const QueryKey teacher = Read(AttentionAt(*inputs.teacher, pair.teacher));
    const bool gram =
        options_.form == AttentionMseConfig::GRAM ||
        (options_.form == AttentionMseConfig::AUTO && !options_.causal && GramIsCheaper(student, teacher));
    return gram ? AttentionMseGram(student, teacher) : AttentionMseMaterialised(student, teacher, options_.causal);
  });
}

}  // namespace retort
