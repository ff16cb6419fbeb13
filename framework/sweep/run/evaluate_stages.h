#ifndef RETORT_FRAMEWORK_SWEEP_RUN_EVALUATE_STAGES_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_EVALUATE_STAGES_H_

#include <vector>

#include "absl/status/status.h"
#include "framework/sweep/run/run_context.h"

// The executor of evaluation stages.

namespace retort {

// The evaluation stages to run next, together (framework/sweep/plan/cohorts.h). Empty: there are none.
std::vector<int> NextEvaluations(const RunContext& context, const RunProgress& progress);

// Scores the stages' students, and their teacher where its scores are not there yet, in one data pass, and stores the
// scores. Errors: those of the store and of libtorch.
absl::Status EvaluateStages(const std::vector<int>& stages, const RunContext& context, RunProgress* progress);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_EVALUATE_STAGES_H_
