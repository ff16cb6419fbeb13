#ifndef RETORT_FRAMEWORK_EVAL_SCORES_MACRO_AVERAGE_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_MACRO_AVERAGE_H_

#include <string>
#include <vector>

#include "framework/eval/scores/metric_spec.h"

namespace retort {

// What an average takes from one task: the mean of these metrics, each of one evaluation stage.
struct MacroTask {
  struct Measured {
    std::string stage;
    std::string metric;  // As OfTask names it.
  };
  std::string task;
  std::vector<Measured> measured;  // At least one.
};

// A macro average: the mean over tasks of each task's mean. All metrics have the unit and direction of `metric`, which
// is what the average is called and shown as.
struct MacroAverage {
  MetricSpec metric;
  std::vector<MacroTask> tasks;  // At least one.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_MACRO_AVERAGE_H_
