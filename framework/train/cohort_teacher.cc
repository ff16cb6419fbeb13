#include "framework/train/cohort_teacher.h"

#include "ATen/core/grad_mode.h"
#include "framework/train/objective/row_head.h"

namespace retort {

namespace {

TeacherOutputs Answer(const CohortTeacher& teacher, const Batch& batch, const Capture& demands, int64_t row_chunk) {
  TeacherOutputs outputs;
  outputs.model = teacher.encoder->Forward(*teacher.parameters, batch, demands, teacher.dropout);
  for (const HeadRows& rows : demands.logits) {
    outputs.logits[rows] = TeacherLogits(*teacher.encoder, *teacher.parameters, batch,
                                         outputs.model.hidden.at(teacher.encoder->config().depth()), rows, row_chunk);
  }
  return outputs;
}

}  // namespace

void AddDemands(const Objective& objective, TeacherDemands* demands) {
  const Capture read = objective.teacher();
  (*demands)[read.padding].Add(read);
}

TeacherAnswers RunTeacher(const CohortTeacher& teacher, const Batch& batch, const TeacherDemands& demands,
                          int64_t row_chunk) {
  at::NoGradGuard no_grad;
  TeacherAnswers answers;
  if (teacher.encoder == nullptr) return answers;
  for (const auto& [padding, read] : demands) {
    if (!read.empty()) answers[padding] = Answer(teacher, batch, read, row_chunk);
  }
  return answers;
}

const TeacherOutputs* AnswerFor(const Objective& objective, const TeacherAnswers& answers) {
  const auto found = answers.find(objective.teacher().padding);
  return found == answers.end() ? nullptr : &found->second;
}

}  // namespace retort
