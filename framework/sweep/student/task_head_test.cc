#include "framework/sweep/student/task_head.h"

#include <set>
#include <string>
#include <vector>

#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;
using testing::SmallModel;
using Names = std::vector<std::string>;

TEST(WithTaskHeads, ReplacesTheVocabularysHeadByTheFamilys) {
  for (const char* family : {"bert", "distilbert", "roberta"}) {
    const auto config = WithTaskHeads(SmallModel(family, 2), {HeadKind::kClasses}, {"no", "yes", "maybe"});
    ASSERT_THAT(config, IsOk()) << family;
    ASSERT_EQ(config->heads.size(), 1u);
    EXPECT_EQ(config->heads[0].kind, HeadKind::kClasses);
    EXPECT_EQ(config->heads[0].classes, (Names{"no", "yes", "maybe"}));
    EXPECT_EQ(config->pooler, config->heads[0].pooling == Pooling::kPooler) << family;
    EXPECT_THAT(WithTaskHeads(SmallModel(family, 2), {HeadKind::kSpans}, {}), IsOk());
    EXPECT_THAT(WithTaskHeads(SmallModel(family, 2), {HeadKind::kScore}, {}), IsOk());
  }
}

TEST(WithTaskHeads, KeepsAHeadOfTheSameClasses) {
  EncoderConfig own = SmallModel("bert", 2, {HeadKind::kClasses});
  own.heads[0].classes = {"Yes", "No"};
  own.heads[0].dropout = 0.25;
  const auto kept = WithTaskHeads(own, {HeadKind::kClasses}, {"no", "yes"});
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->heads[0].dropout, 0.25);
  EXPECT_EQ(kept->heads[0].classes, (Names{"no", "yes"}));
  const auto other = WithTaskHeads(own, {HeadKind::kClasses}, {"good", "bad"});
  ASSERT_THAT(other, IsOk());
  EXPECT_NE(other->heads[0].dropout, 0.25);
  EXPECT_EQ(other->heads[0].classes, (Names{"good", "bad"}));
}

TEST(WithTaskHeads, GivesOneOfEachKindAndKeepsWhatIsThere) {
  EncoderConfig own = SmallModel("bert", 2);
  own.heads[0].tied = false;
  const auto both = WithTaskHeads(own, {HeadKind::kVocabulary, HeadKind::kClasses}, {"no", "yes"});
  ASSERT_THAT(both, IsOk());
  ASSERT_EQ(both->heads.size(), 2u);
  EXPECT_EQ(both->heads[0], own.heads[0]);
  EXPECT_EQ(both->heads[1].classes, (Names{"no", "yes"}));
  EXPECT_TRUE(both->pooler);
}

// BERT has a head of its own for these classes, without dropout; DistilBERT has not.
TEST(WithTaskHeads, TheNextSentencesHeadIsBerts) {
  const std::set<HeadKind> kinds = {HeadKind::kVocabulary, HeadKind::kClasses};
  const auto bert = WithTaskHeads(SmallModel("bert", 2), kinds, NextSentenceClasses());
  ASSERT_THAT(bert, IsOk());
  EXPECT_EQ(bert->heads[1].dropout, 0);
  EXPECT_EQ(bert->heads[1].pooling, Pooling::kPooler);
  const auto distilbert = WithTaskHeads(SmallModel("distilbert", 2), kinds, NextSentenceClasses());
  ASSERT_THAT(distilbert, IsOk());
  EXPECT_GT(distilbert->heads[1].dropout, 0);
}

}  // namespace
}  // namespace retort
