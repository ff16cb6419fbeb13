#ifndef RETORT_FRAMEWORK_DATA_MASKING_TEST_STEPS_H_
#define RETORT_FRAMEWORK_DATA_MASKING_TEST_STEPS_H_

#include "framework/data/step_source.h"

namespace retort::testing {

// What the steps of all masked data keep, as GoogleTest's expectations; for tests of the plugins that make them.

// Steps follow from their numbers alone: a source and one of the same data and seed, however its steps are cut, give
// the same ones in any order, and one of another seed gives others.
void ExpectStepsFollowFromTheirNumbers(const StepSource& source, const StepSource& again,
                                       const StepSource& of_another_seed);

// The shapes that a source says are those of the steps of three epochs, the share of labelled positions is the one that
// it says, to 0.015, and [CLS] has no label.
void ExpectShapesAreThoseOfTheSteps(const StepSource& source);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_DATA_MASKING_TEST_STEPS_H_
