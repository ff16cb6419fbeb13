#ifndef RETORT_FRAMEWORK_SWEEP_RUN_WATCHED_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_WATCHED_H_

#include <string>

#include "absl/status/statusor.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/session.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

namespace retort {

// What the command says of the cache of teachers, and how fast trainings with the store were, which decides whether
// reading it pays.
TeacherCacheSettings CacheSettings(const SessionOptions& options, const std::string& store_dir);

// Runs a plan as RunPlan does, watched by whoever reads standard output and by the logs of its stages, and notes in
// `store_dir`, the folder of `store`, how fast its trainings were, unless some of it read
// what a teacher gave: operations that nobody did have no speed. Returns the failed stages. Errors: as RunPlan, and
// those of the logs.
absl::StatusOr<StageStatuses> RunWatched(const Plan& plan, const SessionOptions& options, const std::string& store_dir,
                                         const Store& store, Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_WATCHED_H_
