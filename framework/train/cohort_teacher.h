#ifndef RETORT_FRAMEWORK_TRAIN_COHORT_TEACHER_H_
#define RETORT_FRAMEWORK_TRAIN_COHORT_TEACHER_H_

#include <cstdint>
#include <optional>

#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
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

// What the teacher gives the students for one micro-batch: `demands` alone, without gradient. What its cache has is
// read and what it lacks is computed, with the same bits; logits of the vocabulary always are, from the last hidden
// state. `row_chunk`: rows of logits computed at once. Thread-compatible.
TeacherOutputs RunTeacher(const CohortTeacher& teacher, const RecordId& micro_batch, const Batch& batch,
                          const Capture& demands, int64_t row_chunk);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_COHORT_TEACHER_H_
