#include "plugins/loss/pkd/pkd.h"

#include <algorithm>

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/mse_loss.h"
#include "absl/status/status.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(PkdLoss, PkdConfig);

constexpr double kEpsilon = 1e-12;

at::Tensor Normalised(const at::Tensor& rows) {
  return rows / ((rows * rows).sum(-1, /*keepdim=*/true) + kEpsilon).sqrt();
}

absl::StatusOr<std::vector<LayerPair>> Pairs(const PkdConfig& config, const LossContext& context) {
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs,
                          MapContextLayers(context, config.mapping().plugin(), "PkdConfig.mapping"));
  if (!config.leave_out_last_layer()) return pairs;
  const auto is_last = [&](const LayerPair& pair) { return pair.student == context.student.depth(); };
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(), is_last), pairs.end());
  if (pairs.empty()) {
    return absl::InvalidArgumentError("PkdConfig.leave_out_last_layer: want another layer in the mapping, got none");
  }
  return pairs;
}

at::Tensor FirstPosition(const at::Tensor& hidden) { return InLossType(hidden.select(1, 0)); }

}  // namespace

at::Tensor PkdSum(const at::Tensor& student, const at::Tensor& teacher) {
  return Total(at::mse_loss(Normalised(student), Normalised(teacher.detach()), at::Reduction::None));
}

absl::StatusOr<std::unique_ptr<LossTerm>> PkdLoss::Create(const PkdConfig& config, const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireSameWidth(context, "PkdConfig", "; hidden_mse can project"));
  if (context.teacher->causal() || context.student.causal()) {
    return absl::InvalidArgumentError(
        "PkdConfig: want models whose first position sees the whole sequence, got a causal one; cosine and hidden_mse "
        "compare all positions");
  }
  RETORT_ASSIGN_OR_RETURN(std::vector<LayerPair> pairs, Pairs(config, context));
  return std::make_unique<PkdLoss>(std::move(pairs));
}

Capture PkdLoss::student() const { return StudentHidden(pairs_); }

Capture PkdLoss::teacher() const { return TeacherHidden(pairs_); }

double PkdLoss::Count(const BatchMasks& masks) const {
  return static_cast<double>(masks.sequences()) * static_cast<double>(pairs_.size());
}

absl::StatusOr<at::Tensor> PkdLoss::Sum(const LossInputs& inputs) const {
  return WeightedSum(pairs_, [&](const LayerPair& pair) {
    const at::Tensor student = FirstPosition(HiddenAt(inputs.student, pair.student));
    const at::Tensor teacher = FirstPosition(HiddenAt(*inputs.teacher, pair.teacher));
    return PkdSum(student, teacher);
  });
}

}  // namespace retort
