#include "framework/batch/step_batch.h"

#include <cmath>

#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr int32_t kNone = kNoLabel;

// Sequences of 3, 1 and 2 positions; the last is unlabelled, the first has token types.
StepBatch Step() {
  StepBatch step;
  step.pad_id = 9;
  StepSequence sequence{7, {1, 2, 3}, {kNone, 5, 6}};
  sequence.token_types = {0, 1, 1};
  sequence.class_label = 2;
  sequence.score = 0.5F;
  sequence.span = {1, 2};
  step.sequences.push_back(sequence);
  step.sequences.push_back({8, {4}, {6}});
  step.sequences.push_back({9, {5, 6}, {kNone, kNone}});
  return step;
}

TEST(StepBatch, SlicesArePaddedAsTheWholeStep) {
  const Batch batch = Step().Slice(1, 3, at::kCPU);
  EXPECT_TRUE(at::equal(batch.ids, at::tensor({4, 9, 9, 5, 6, 9}, at::kLong).view({2, 3})));
  EXPECT_TRUE(at::equal(batch.valid, at::tensor({1, 0, 0, 1, 1, 0}, at::kLong).view({2, 3}).to(at::kBool)));
  EXPECT_TRUE(at::equal(batch.rows(RowSet::kReal), at::tensor({0, 3, 4}, at::kLong)));
  EXPECT_TRUE(at::equal(batch.rows(RowSet::kLabelled), at::tensor({0}, at::kLong)));
  EXPECT_TRUE(at::equal(batch.row_offsets, at::tensor({0, 1, 3}, at::kInt)));
  EXPECT_EQ(batch.first_sample, 8);
  EXPECT_FALSE(batch.all_valid);
}

TEST(StepBatch, CountsTheRowsOfEverySet) {
  const BatchMasks masks = Step().Masks(0, 3);
  EXPECT_EQ(masks.Rows(RowSet::kReal), 6);
  EXPECT_EQ(masks.Rows(RowSet::kLabelled), 3);
  EXPECT_EQ(masks.Rows(RowSet::kSequences), 3);
  EXPECT_EQ(Step().Slice(1, 3, at::kCPU).masks.Rows(RowSet::kSequences), 2);
}

TEST(StepBatch, TokenTypesAreThereIfASequenceHasSome) {
  const Batch batch = Step().Slice(0, 2, at::kCPU);
  EXPECT_TRUE(at::equal(batch.token_types, at::tensor({0, 1, 1, 0, 0, 0}, at::kLong).view({2, 3})));
  EXPECT_FALSE(Step().Slice(1, 3, at::kCPU).token_types.defined());
}

TEST(StepBatch, CarriesWhatSequencesAreLabelledWith) {
  const Batch batch = Step().Slice(0, 2, at::kCPU);
  EXPECT_TRUE(at::equal(batch.classes, at::tensor({int64_t{2}, kNoLabel}, at::kLong)));
  EXPECT_EQ(batch.scores[0].item<float>(), 0.5F);
  EXPECT_TRUE(std::isnan(batch.scores[1].item<float>()));
  EXPECT_TRUE(at::equal(batch.spans, at::tensor({int64_t{1}, int64_t{2}, kNoLabel, kNoLabel}, at::kLong).view({2, 2})));
}

TEST(StepBatchDeathTest, RowsOfPositionsAlone) {
  EXPECT_DEATH(Step().Slice(0, 1, at::kCPU).rows(RowSet::kSequences), "sequences are not positions");
}

}  // namespace
}  // namespace retort
