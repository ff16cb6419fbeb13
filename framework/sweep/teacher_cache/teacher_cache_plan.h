#ifndef RETORT_FRAMEWORK_SWEEP_TEACHER_CACHE_TEACHER_CACHE_PLAN_H_
#define RETORT_FRAMEWORK_SWEEP_TEACHER_CACHE_TEACHER_CACHE_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

// Whether a cohort's teacher is computed, read from what an earlier training kept, or computed and kept. Results do not
// depend on it: what is read has the bits of what is computed.
//
// What is kept lies below <store>/teacher_cache, a folder per TeacherOutputsKey and machine
// (framework/train/teacher_cache). All of it may be removed at any time that no sweep runs.

namespace retort {

struct TeacherCacheSettings {
  double most_bytes = 0;      // That all of <store>/teacher_cache may take; 0: nothing is added.
  std::string computed_with;  // CohortOptions.computed_with
  // Of the last training with the store (framework/sweep/run/speed.h): what the choice goes by. None: not known.
  std::optional<double> flops_per_second;
};

// What a cohort does with its teacher.
struct TeacherCachePlan {
  // Why the steps that are not read are kept, or why not.
  enum class Choice {
    kNothingToKeep,  // All steps are read, or there is no teacher.
    kKeep,
    kOff,     // most_bytes is 0.
    kNoRoom,  // They would take more than is left of most_bytes.
    kSlow,    // Reading them back would take longer than computing them.
  };

  Choice choice = Choice::kNothingToKeep;
  std::string name;          // "teacher_cache/<key>", the folder below the store; empty: there is no teacher.
  int64_t steps = 0;         // Of the training.
  int64_t kept_steps = 0;    // That are read.
  double kept_flops = 0;     // Estimate of the operations that this saves.
  double bytes = 0;          // Estimate of what keeping the other steps takes.
  double bytes_left = 0;     // Of most_bytes.
  double read_seconds = 0;   // Estimates, of the other steps: reading them from a disk,
  double saved_seconds = 0;  // and computing what reading saves; 0 if no speed is known.
};

// What is read is that of the settings' machine alone. Looks at the store's files, and changes nothing.
//
// Args: cohort: stages that train together, by index. The rules: what is there is read; what is not is kept if it fits
// into the bytes left and if reading kDiskBytesPerSecond takes no longer than computing.
TeacherCachePlan PlanTeacherCache(const Plan& plan, const std::vector<int>& cohort, const Store& store,
                                  const TeacherCacheSettings& settings);

// Whether a training of the plan that is not done yet reads what was kept, by an earlier sweep or by a cohort before
// it.
bool ReadsTeacherCache(const Plan& plan, const Store& store, const TeacherCacheSettings& settings);

// The stage whose teacher the cohort has, the last one that reads it; null: none does.
const PlannedStage* TaughtStage(const Plan& plan, const std::vector<int>& cohort);

// What a plain hard disk reads: all others are faster.
inline constexpr double kDiskBytesPerSecond = 100e6;

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_TEACHER_CACHE_TEACHER_CACHE_PLAN_H_
