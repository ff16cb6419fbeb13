#include "framework/train/cohort_teacher.h"

#include "ATen/core/grad_mode.h"
#include "framework/train/objective/row_head.h"
#include "framework/train/phases/phases.h"

namespace retort {

namespace {

// The logits of the heads that `demands` reads and `wanted` chooses.
template <typename Wanted>
void AddLogits(const CohortTeacher& teacher, const Batch& batch, const Capture& demands, int64_t row_chunk,
               const Wanted& wanted, TeacherOutputs* outputs) {
  for (const HeadRows& rows : demands.logits) {
    if (!wanted(rows.head)) continue;
    outputs->logits[rows] = TeacherLogits(*teacher.encoder, *teacher.parameters, batch,
                                          outputs->model.hidden.at(teacher.encoder->config().depth()), rows, row_chunk);
  }
}

void AddDecoderRows(const CohortTeacher& teacher, const Batch& batch, const Capture& demands, TeacherOutputs* outputs) {
  for (RowSet rows : demands.decoder_inputs) {
    outputs->decoder_rows[rows] = TeacherDecoderRows(*teacher.encoder, *teacher.parameters, batch,
                                                     outputs->model.hidden.at(teacher.encoder->config().depth()), rows);
  }
}

bool IsVocabulary(HeadKind head) { return head == HeadKind::kVocabulary; }
bool ReadsSequences(HeadKind head) { return !IsVocabulary(head); }

TeacherOutputs Answer(const CohortTeacher& teacher, const RecordId& micro_batch, const Batch& batch,
                      const Capture& demands, int64_t row_chunk) {
  RECORD_USER_SCOPE(kTeacherPhase);
  TeacherOutputs outputs;
  if (teacher.cache == nullptr || !teacher.cache->Read(micro_batch, batch, demands, &outputs)) {
    outputs.model = teacher.encoder->Forward(*teacher.parameters, batch, demands, teacher.dropout);
    AddLogits(teacher, batch, demands, row_chunk, ReadsSequences, &outputs);
    if (teacher.cache != nullptr) teacher.cache->Keep(micro_batch, batch, demands, outputs);
  }
  AddLogits(teacher, batch, demands, row_chunk, IsVocabulary, &outputs);
  AddDecoderRows(teacher, batch, demands, &outputs);
  return outputs;
}

}  // namespace

void AddDemands(const Capture& read, TeacherDemands* demands) { (*demands)[read.padding].Add(read); }

TeacherAnswers RunTeacher(const CohortTeacher& teacher, const RecordId& micro_batch, const Batch& batch,
                          const TeacherDemands& demands, int64_t row_chunk) {
  at::NoGradGuard no_grad;
  TeacherAnswers answers;
  if (teacher.encoder == nullptr) return answers;
  for (const auto& [padding, read] : demands) {
    if (!read.empty()) answers[padding] = Answer(teacher, micro_batch, batch, read, row_chunk);
  }
  return answers;
}

const TeacherOutputs* AnswerFor(const Objective& objective, const TeacherAnswers& answers) {
  const auto found = answers.find(objective.teacher().padding);
  return found == answers.end() ? nullptr : &found->second;
}

}  // namespace retort
