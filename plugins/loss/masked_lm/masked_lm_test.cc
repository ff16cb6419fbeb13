#include "plugins/loss/masked_lm/masked_lm.h"

#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(MaskedLmLoss, IsGoldAndNeedsNoTeacher) {
  const EncoderConfig student = testing::SmallEncoder(2);
  auto term = MaskedLmLoss::Create(MaskedLmConfig(), {student});
  ASSERT_THAT(term, testing::IsOk());
  EXPECT_TRUE((*term)->gold());
  EXPECT_TRUE((*term)->teacher().empty());
}

TEST(MaskedLmLoss, RefusesACausalStudent) {
  EncoderConfig student = testing::SmallEncoder(2);
  student.family = "gpt2";
  testing::MakeCausal(&student);
  EXPECT_THAT(MaskedLmLoss::Create(MaskedLmConfig(), {student}),
              testing::IsInvalidArgument("MaskedLmConfig: want a student that reads both ways, got one of family gpt2, "
                                         "which is causal; its loss is causal_lm"));
}

}  // namespace
}  // namespace retort
