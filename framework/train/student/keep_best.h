#ifndef RETORT_FRAMEWORK_TRAIN_STUDENT_KEEP_BEST_H_
#define RETORT_FRAMEWORK_TRAIN_STUDENT_KEEP_BEST_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/train/student/checkpoint.h"

namespace retort {

// Notes an evaluation after progress->step in `progress`: whether it is the best so far by the metric that Keep.best
// names, and for how many evaluations there was none better. Without Keep.best nothing is noted. Pure function of what
// is given, so that a resumed training decides as one in one go.
//
// Args: specs: of the evaluator; they say whether high or low is better. metrics: what was measured, by name.
// Returns whether the student's present state is to be kept. Errors: InvalidArgument naming the metrics that there are,
// if the one of Keep.best is not among them.
absl::StatusOr<bool> NoteEvaluation(const Keep& keep, const MetricSpecs& specs,
                                    const std::map<std::string, double>& metrics, Progress* progress);

// Whether training ends after this evaluation because `patience` evaluations in a row were no better than the best
// before them (early stopping). Without Keep.best.patience it never is.
bool IsOutOfPatience(const Keep& keep, const Progress& progress);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STUDENT_KEEP_BEST_H_
