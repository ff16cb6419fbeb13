#ifndef RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_HPARAMS_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_HPARAMS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The event files of TensorBoard's HParams dashboard, by the folder of their run (RunFolder): "" has the experiment,
// that is the names and types of its parameters and the names of its metrics; "<variant>/seed_<n>" the parameters of a
// run, whether it ended well, and its final metrics as scalars final/<stage>/<metric>, unscaled as in results.json.
// Parameters are `variant` and the settings by which variants differ; a setting that is a number in all of them is one
// there. Runs of one variant are one group, of which the dashboard shows the means: a seed is no parameter, as the mean
// of seeds says nothing. `now` stamps the events. Errors: those of Analyse.
absl::StatusOr<std::map<std::string, std::string>> HparamsEvents(const SweepResult& result, absl::Time now);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_HPARAMS_H_
