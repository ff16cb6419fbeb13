#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_CHECKS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/lm_kind.h"
#include "framework/model/encoder_config.h"
#include "framework/sweep/inputs.h"

// Whether student, teacher, data and evaluation of a stage fit each other. All give InvalidArgument that names the
// field, what was wanted and what was got.

namespace retort {

// That the student has the head that `reader` reads.
absl::Status CheckHead(const EncoderConfig& student, const char* reader);

// That the student reads text as its data or evaluation, `field`, has it.
absl::Status CheckDirection(const EncoderConfig& student, const char* field, LmKind kind);

// That the experiment's teacher understands the pieces that it is going to read, and has the head that it is read by.
absl::Status CheckCheckpoint(const Experiment& experiment, const ModelInput& teacher, const EncoderConfig& student,
                             const VocabularyInput& vocabulary, bool reads_logits, Inputs* inputs);

// What the trainer would find only after the first step or at the first evaluation.
absl::Status CheckTrainer(const EncoderConfig& student, const Stage& stage);

// That sequences of the data or evaluation, `field`, are not longer than either model reads. `teacher` may be null.
absl::Status CheckLength(const EncoderConfig& student, const EncoderConfig* teacher, const char* field, int64_t length);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_CHECKS_H_
