#include "losses/huber/huber.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/where.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace losses {
namespace {

RETORT_REGISTER_LOSS_TERM(HuberLoss, HuberConfig);

retort::Capture HiddenStates(int layer) {
  retort::Capture capture;
  capture.hidden.insert(layer);
  return capture;
}

}  // namespace

at::Tensor HuberSum(const at::Tensor& student, const at::Tensor& teacher, double delta) {
  const at::Tensor difference = retort::InLossType(student) - retort::InLossType(teacher.detach());
  const at::Tensor size = difference.abs();
  return at::where(size <= delta, difference * difference / 2, delta * (size - delta / 2)).sum();
}

absl::StatusOr<std::unique_ptr<retort::LossTerm>> HuberLoss::Create(const HuberConfig& config,
                                                                    const retort::LossContext& context) {
  const double delta = config.has_delta() ? config.delta() : 1;
  if (!(delta > 0)) return absl::InvalidArgumentError(absl::StrCat("HuberConfig.delta: want > 0, got ", delta));
  RETORT_RETURN_IF_ERROR(retort::RequireSameWidth(context, "HuberConfig", ""));
  return std::make_unique<HuberLoss>(delta, context.student.depth(), context.teacher->depth());
}

retort::Capture HuberLoss::student() const { return HiddenStates(student_layer_); }

retort::Capture HuberLoss::teacher() const { return HiddenStates(teacher_layer_); }

double HuberLoss::Count(const retort::BatchMasks& masks) const {
  return static_cast<double>(masks.Rows(retort::RowSet::kReal));
}

absl::StatusOr<at::Tensor> HuberLoss::Sum(const retort::LossInputs& inputs) const {
  return HuberSum(retort::RealRows(retort::HiddenAt(inputs.student, student_layer_), inputs.batch),
                  retort::RealRows(retort::HiddenAt(*inputs.teacher, teacher_layer_), inputs.batch), delta_);
}

}  // namespace losses
