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
  // What they were measured on. Scores are compared where the examples are the same, and those of metrics that are
  // measured beside a teacher where that is the same too.
  std::string examples = {};  // HeldOutExamples::Key().
  std::string teacher =
      {};  // The teacher's content hash, or the key of the stage that trained it; empty: none was there.
  std::string computed_with = {};  // Threads, instruction set and libraries.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_SCORES_H_
