#include "plugins/loss/causal_lm/causal_lm.h"

#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(CausalLmLoss, IsGoldAndNeedsNoTeacher) {
  EncoderConfig student = testing::SmallEncoder(2);
  testing::MakeCausal(&student);
  auto term = CausalLmLoss::Create(CausalLmConfig(), {student});
  ASSERT_THAT(term, testing::IsOk());
  EXPECT_TRUE((*term)->gold());
  EXPECT_TRUE((*term)->teacher().empty());
}

TEST(CausalLmLoss, RefusesAStudentThatReadsBothWays) {
  const EncoderConfig student = testing::SmallEncoder(2);
  EXPECT_THAT(
      CausalLmLoss::Create(CausalLmConfig(), {student}),
      testing::IsInvalidArgument("CausalLmConfig: want a causal student, such as one of family gpt2, got one of "
                                 "family bert, which reads both ways; its loss is masked_lm"));
}

}  // namespace
}  // namespace retort
