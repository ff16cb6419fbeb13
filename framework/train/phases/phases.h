#ifndef RETORT_FRAMEWORK_TRAIN_PHASES_PHASES_H_
#define RETORT_FRAMEWORK_TRAIN_PHASES_PHASES_H_

#include <array>
#include <utility>

#include "ATen/record_function.h"

// The phases of a training step, for whoever measures them. Each is a user scope of libtorch's RecordFunction:
// profilers show it under its name, and a program observes it with at::addThreadLocalCallback. Where nobody does, it
// costs a look at an empty list. Phases do not overlap; they begin and end on the thread that trains, which on a GPU is
// ahead of the work. A step's time outside of them goes into bookkeeping and sums over ranks.

namespace retort {

inline constexpr const char* kDataPhase = "data";                // Reading and masking sequences; their tensors.
inline constexpr const char* kTeacherPhase = "teacher";          // What is demanded of the teacher, logits included.
inline constexpr const char* kForwardPhase = "student forward";  // A student's encoder.
inline constexpr const char* kLossPhase = "losses";              // Its logits, all terms, and the gradient of logits.
inline constexpr const char* kBackwardPhase = "backward";        // The rest of the gradient.
inline constexpr const char* kOptimizerPhase = "optimiser";      // Clearing and clipping the gradient, and the update.

// All of them, in the order of a step.
inline constexpr std::array<const char*, 6> kPhases = {kDataPhase, kTeacherPhase,  kForwardPhase,
                                                       kLossPhase, kBackwardPhase, kOptimizerPhase};

// Calls `f` as part of a phase; gives what it gives.
template <typename F>
decltype(auto) InPhase(const char* phase, F&& f) {
  RECORD_USER_SCOPE(phase);
  return std::forward<F>(f)();
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_PHASES_PHASES_H_
