#ifndef RETORT_FRAMEWORK_SWEEP_RUN_RUN_CONTEXT_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_RUN_CONTEXT_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"
#include "framework/train/collective.h"
#include "framework/train/observer.h"

namespace retort {

// What the executors of stages work with. Not owned.
struct RunContext {
  const Plan& plan;
  const Store& store;
  Inputs* inputs;
  std::vector<Observer*> observers;
  const std::atomic<bool>* stop = nullptr;  // Set from elsewhere: write checkpoints and return.
  std::string computed_with = {};           // CohortOptions.computed_with
  bool inexact_resume = false;
  double checkpoint_seconds = 60;
  std::function<void(const std::string&)> say = {};  // RunOptions.say
  TeacherCacheSettings teacher_cache = {};           // RunOptions.teacher_cache
  Collective* ranks = SoleRank();  // That share the work; the first of them alone writes to the store.

  void Say(const std::string& line) const {
    if (say) say(line);
  }
  bool stopped() const { return stop != nullptr && stop->load(); }
};

// How far a plan has come.
struct RunProgress {
  StageIndices done;
  StageStatuses failed;
  StageIndices elsewhere;  // Other processes have their leases.

  // Whether this process may begin it.
  bool IsOpen(int index) const {
    return done.count(index) == 0 && failed.count(index) == 0 && elsewhere.count(index) == 0;
  }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_RUN_CONTEXT_H_
