#include "framework/train/cohort_teacher.h"

#include "ATen/core/grad_mode.h"
#include "framework/train/objective/row_head.h"
#include "framework/train/phases/phases.h"

namespace retort {

TeacherOutputs RunTeacher(const CohortTeacher& teacher, const Batch& batch, const Capture& demands, int64_t row_chunk) {
  RECORD_USER_SCOPE(kTeacherPhase);
  at::NoGradGuard no_grad;
  TeacherOutputs outputs;
  outputs.model = teacher.encoder->Forward(*teacher.parameters, batch, demands, teacher.dropout);
  for (const HeadRows& rows : demands.logits) {
    outputs.logits[rows] = TeacherLogits(*teacher.encoder, *teacher.parameters, batch,
                                         outputs.model.hidden.at(teacher.encoder->config().depth()), rows, row_chunk);
  }
  return outputs;
}

}  // namespace retort
