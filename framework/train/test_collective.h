#ifndef RETORT_FRAMEWORK_TRAIN_TEST_COLLECTIVE_H_
#define RETORT_FRAMEWORK_TRAIN_TEST_COLLECTIVE_H_

#include <functional>

#include "framework/train/collective.h"

namespace retort::testing {

// Runs `rank_main` as each of `size` ranks, a thread each, and returns when all have ended. Their Collective sums and
// agrees through shared memory.
void RunRanks(int size, const std::function<void(Collective*)>& rank_main);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TRAIN_TEST_COLLECTIVE_H_
