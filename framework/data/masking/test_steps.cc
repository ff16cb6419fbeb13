#include "framework/data/masking/test_steps.h"

#include <cstddef>
#include <cstdint>

#include "framework/batch/step_batch.h"
#include "gtest/gtest.h"

namespace retort::testing {
namespace {

bool AreSame(const StepBatch& a, const StepBatch& b) {
  if (a.epoch != b.epoch || a.sequences.size() != b.sequences.size()) return false;
  for (size_t i = 0; i < a.sequences.size(); ++i) {
    const StepSequence &x = a.sequences[i], &y = b.sequences[i];
    if (x.sample_id != y.sample_id || x.ids != y.ids || x.labels != y.labels) return false;
    if (x.token_types != y.token_types || x.class_label != y.class_label) return false;
  }
  return true;
}

}  // namespace

void ExpectStepsFollowFromTheirNumbers(const StepSource& source, const StepSource& again,
                                       const StepSource& of_another_seed) {
  for (const int64_t step : {40, 3, 0, 39}) EXPECT_TRUE(AreSame(source.Step(step), again.Step(step))) << step;
  EXPECT_FALSE(AreSame(source.Step(3), of_another_seed.Step(3)));
  EXPECT_EQ(source.content_hash(), again.content_hash());
}

void ExpectShapesAreThoseOfTheSteps(const StepSource& source) {
  double tokens = 0, labelled = 0, expected = 0;
  for (int64_t step = 0; step < 3 * source.steps_per_epoch(); ++step) {
    const StepBatch batch = source.Step(step);
    const StepShape shape = source.Shape(step);
    EXPECT_EQ(shape.sequences, static_cast<int64_t>(batch.sequences.size()));
    EXPECT_EQ(shape.positions, batch.padded_length());
    EXPECT_EQ(shape.tokens, batch.tokens());
    tokens += static_cast<double>(shape.tokens);
    labelled += static_cast<double>(batch.Masks(0, shape.sequences).Rows(RowSet::kLabelled));
    expected += shape.labelled_share * static_cast<double>(shape.tokens);
    for (const StepSequence& sequence : batch.sequences) EXPECT_EQ(sequence.labels.front(), kNoLabel);
  }
  EXPECT_NEAR(labelled / tokens, expected / tokens, 0.015);
}

}  // namespace retort::testing
