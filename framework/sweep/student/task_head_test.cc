#include "framework/sweep/student/task_head.h"

#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;
using testing::SmallModel;
using Names = std::vector<std::string>;

TEST(WithTaskHead, ReplacesTheVocabularysHeadByTheFamilys) {
  for (const char* family : {"bert", "distilbert", "roberta"}) {
    const auto config = WithTaskHead(SmallModel(family, 2), HeadKind::kClasses, {"no", "yes", "maybe"});
    ASSERT_THAT(config, IsOk()) << family;
    ASSERT_EQ(config->heads.size(), 1u);
    EXPECT_EQ(config->heads[0].kind, HeadKind::kClasses);
    EXPECT_EQ(config->heads[0].classes, (Names{"no", "yes", "maybe"}));
    EXPECT_EQ(config->pooler, config->heads[0].pooling == Pooling::kPooler) << family;
    EXPECT_THAT(WithTaskHead(SmallModel(family, 2), HeadKind::kSpans, {}), IsOk());
    EXPECT_THAT(WithTaskHead(SmallModel(family, 2), HeadKind::kScore, {}), IsOk());
  }
}

TEST(WithTaskHead, KeepsAHeadOfTheSameClasses) {
  EncoderConfig own = SmallModel("bert", 2, {HeadKind::kClasses});
  own.heads[0].classes = {"Yes", "No"};
  own.heads[0].dropout = 0.25;
  const auto kept = WithTaskHead(own, HeadKind::kClasses, {"no", "yes"});
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->heads[0].dropout, 0.25);
  EXPECT_EQ(kept->heads[0].classes, (Names{"no", "yes"}));
  const auto other = WithTaskHead(own, HeadKind::kClasses, {"good", "bad"});
  ASSERT_THAT(other, IsOk());
  EXPECT_NE(other->heads[0].dropout, 0.25);
  EXPECT_EQ(other->heads[0].classes, (Names{"good", "bad"}));
}

}  // namespace
}  // namespace retort
