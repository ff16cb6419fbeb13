#include "plugins/loss/teacher_labels/teacher_labels.h"

#include "ATen/ops/argmax.h"
#include "framework/base/status_macros.h"
#include "framework/loss/label_loss.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

RETORT_REGISTER_LOSS_TERM(TeacherLabelsLoss, TeacherLabelsConfig);

}  // namespace

at::Tensor TeacherLabelsSum(const at::Tensor& student, const at::Tensor& teacher) {
  return LabelSum(student, teacher.detach().argmax(-1));
}

absl::StatusOr<std::unique_ptr<LossTerm>> TeacherLabelsLoss::Create(const TeacherLabelsConfig& config,
                                                                    const LossContext& context) {
  RETORT_RETURN_IF_ERROR(RequireDistribution(context, ComparedHead(context, config), "TeacherLabelsConfig"));
  RETORT_ASSIGN_OR_RETURN(const HeadRows rows, ComparedRows(context, config, "TeacherLabelsConfig"));
  return std::make_unique<TeacherLabelsLoss>(rows);
}

absl::StatusOr<at::Tensor> TeacherLabelsLoss::SumRows(const LogitRows& logits) const {
  return TeacherLabelsSum(logits.student, logits.teacher);
}

}  // namespace retort
