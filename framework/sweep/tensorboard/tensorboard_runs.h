#ifndef RETORT_FRAMEWORK_SWEEP_TENSORBOARD_TENSORBOARD_RUNS_H_
#define RETORT_FRAMEWORK_SWEEP_TENSORBOARD_TENSORBOARD_RUNS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

// What `tensorboard --logdir <output_dir>/tensorboard` shows: runs named <sweep>/<variant>/seed_<n>/<stage> with the
// curves of training, and <sweep>/<variant>/seed_<n> with settings and final metrics (HparamsEvents).

namespace retort {

// Links the folders of all training stages, those that are yet to be trained too, in the place of what an earlier run
// linked. Errors: those of files.
absl::Status LinkTensorboardRuns(const Plan& plan, const Store& store, const std::string& output_dir);

// Writes the settings and final metrics. Errors: those of files, and of HparamsEvents.
absl::Status WriteTensorboardHparams(const SweepResult& result, absl::Time now, const std::string& output_dir);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_TENSORBOARD_TENSORBOARD_RUNS_H_
