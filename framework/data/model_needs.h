#ifndef RETORT_FRAMEWORK_DATA_MODEL_NEEDS_H_
#define RETORT_FRAMEWORK_DATA_MODEL_NEEDS_H_

#include <cstdint>
#include <optional>
#include <set>

#include "framework/model/config/head_spec.h"

namespace retort {

// What data or an evaluation needs of the models that read it. The planner checks it against students and teachers
// before anything runs (framework/sweep/plan/plan_checks.h).
struct ModelNeeds {
  std::set<HeadKind> heads;      // Whose logits are read; empty: none are.
  std::optional<bool> causal;    // Whether a position may see those after it; absent: either will do.
  int64_t longest_sequence = 0;  // Positions of the longest sequence.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_MODEL_NEEDS_H_
