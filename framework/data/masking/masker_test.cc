#include "framework/data/masking/masker.h"

#include <string>
#include <vector>

#include "framework/base/problems.h"
#include "framework/batch/step_batch.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr MaskingContext kContext{1, 50, {0, 1, 2, 3, 4}};

// [CLS], 18 pieces, [SEP], so many times.
StepBatch Step(int sequences) {
  StepBatch step;
  for (int i = 0; i < sequences; ++i) {
    StepSequence sequence;
    sequence.sample_id = i;
    sequence.ids.assign(20, 7);
    sequence.ids.front() = 2;
    sequence.ids.back() = 3;
    sequence.labels.assign(20, static_cast<int32_t>(kNoLabel));
    step.sequences.push_back(sequence);
  }
  return step;
}

int64_t Labelled(const StepBatch& step, int64_t begin, int64_t end) {
  return step.Masks(begin, end).Rows(RowSet::kLabelled);
}

Masker Make(const MaskingRule& rule) {
  return Masker(rule, /*micro_batches=*/2, kContext, [] { return std::vector<int64_t>(50, 1); });
}

TEST(Masker, MasksAsTheRuleSays) {
  for (const auto kind : {MaskingRule::Kind::kNone, MaskingRule::Kind::kBert, MaskingRule::Kind::kDistilbert}) {
    MaskingRule rule;
    rule.kind = kind;
    const Masker masker = Make(rule);
    StepBatch step = Step(100);
    masker.Mask(&step);
    EXPECT_NEAR(static_cast<double>(Labelled(step, 0, 100)), 2000 * masker.LabelledShare(2000, 200), 50);
  }
}

TEST(Masker, CountsMasksPerMicroBatch) {
  MaskingRule rule;
  rule.kind = MaskingRule::Kind::kDistilbert;
  rule.per_micro_batch = true;
  StepBatch step = Step(10);
  Make(rule).Mask(&step);
  EXPECT_EQ(Labelled(step, 0, 5), 15) << "0.15 of 100";
  EXPECT_EQ(Labelled(step, 5, 10), 15);
}

TEST(Masker, AsksForPiecesOnlyWhereTheyMatter) {
  MaskingRule rule;
  bool asked = false;
  const auto count = [&] {
    asked = true;
    return std::vector<int64_t>(50, 1);
  };
  Masker(rule, 1, kContext, count);
  EXPECT_FALSE(asked);
  rule.kind = MaskingRule::Kind::kDistilbert;
  Masker(rule, 1, kContext, count);
  EXPECT_TRUE(asked);
}

TEST(Masker, SaysWhatIsWrongWithItsPlace) {
  BertMasking masking;
  FillMaskingOptions(&masking);
  EXPECT_EQ(masking.rate(), 0.15);
  masking.set_mask_share(0.95);
  Problems problems;
  CheckMaskingOptions("data: ", masking, &problems);
  EXPECT_EQ(problems.ToStatus().message(), "data: mask_share + random_share: want <= 1, got 1.05");
}

}  // namespace
}  // namespace retort
