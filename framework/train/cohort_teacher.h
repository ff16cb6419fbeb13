#ifndef RETORT_FRAMEWORK_TRAIN_COHORT_TEACHER_H_
#define RETORT_FRAMEWORK_TRAIN_COHORT_TEACHER_H_

#include <cstdint>
#include <map>
#include <optional>

#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/train/objective/objective.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/teacher_cache/record_file.h"
#include "framework/train/teacher_cache/teacher_cache.h"

namespace retort {

// A teacher that is ready to run: its parameters have the precision and device of the forward pass.
struct CohortTeacher {
  const Encoder* encoder = nullptr;
  const ParameterSet* parameters = nullptr;
  std::optional<Dropout> dropout;  // A quirk of TinyBERT's scripts; none: evaluation mode.
  TeacherCache* cache = nullptr;   // Of its outputs on the same micro-batches; null: all are computed.
};

// What the members of a cohort read of their teacher, by whether they read padding: computing that too may change bits
// of real positions, so that the teacher runs once for those who do and once for the others, and a member gets the same
// bits in any cohort.
using TeacherDemands = std::map<bool, Capture>;

// What the teacher gives to each of the two.
using TeacherAnswers = std::map<bool, TeacherOutputs>;

// Adds what a member reads (Objective::teacher).
void AddDemands(const Capture& read, TeacherDemands* demands);

// For one micro-batch: what is demanded alone, without gradient; nothing for demands that are empty, or without a
// teacher. What its cache has is read and what it lacks is computed, with the same bits; logits of the vocabulary, or
// what they are made of, always are, from the last hidden state. `row_chunk`: rows of logits computed at once.
// Thread-compatible.
TeacherAnswers RunTeacher(const CohortTeacher& teacher, const RecordId& micro_batch, const Batch& batch,
                          const TeacherDemands& demands, int64_t row_chunk);

// What a member reads of them; null if there is nothing.
const TeacherOutputs* AnswerFor(const Objective& objective, const TeacherAnswers& answers);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_COHORT_TEACHER_H_
