#ifndef RETORT_FRAMEWORK_EVAL_SCORES_SCORES_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_SCORES_H_

#include <string>

#include "framework/eval/scores/example_scores.h"

namespace retort {

// One final evaluation of one student (or of the teacher).
struct Scores {
  std::string stage;     // Name of the evaluation stage.
  std::string split;     // "report"
  MetricScores metrics;  // Example by example.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_SCORES_H_
