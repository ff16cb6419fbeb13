#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_CHECKS_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/model_needs.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/model/config/encoder_config.h"
#include "framework/sweep/inputs/inputs.h"

// Whether student, teacher, data and evaluation of a stage fit each other. All give InvalidArgument that names the
// field, what was wanted and what was got.

namespace retort {

// That the student has the head that `reader` reads.
absl::Status CheckHead(const EncoderConfig& student, HeadKind kind, const char* reader);

// That the teacher has the head of this kind that students are scored by, of these classes where it tells classes.
absl::Status CheckTeacherHead(const EncoderConfig& teacher, HeadKind kind, const std::vector<std::string>& classes);

// That student and teacher have what data or an evaluation, `field` ("data: masked_lm"), needs: the direction that they
// read in, and positions enough. Heads are CheckHead's and CheckCheckpoint's. `teacher` may be null.
absl::Status CheckNeeds(const ModelNeeds& needs, const std::string& field, const EncoderConfig& student,
                        const EncoderConfig* teacher);

// That the experiment's teacher understands the pieces that it is going to read, and has the head that it is read by.
absl::Status CheckCheckpoint(const Experiment& experiment, const ModelInput& teacher, const EncoderConfig& student,
                             const VocabularyInput& vocabulary, bool reads_logits, Inputs* inputs);

// That the stage's frozen parameters are there.
absl::Status CheckFrozen(const EncoderConfig& student, const Stage& stage);

// That Keep.best names a metric that is measured while the student trains, without a teacher, and that says which of
// two values is better.
absl::Status CheckKeptMetric(const Stage& stage, const MetricSpecs& metrics);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_CHECKS_H_
