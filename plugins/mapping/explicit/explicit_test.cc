#include "plugins/mapping/explicit/explicit.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const std::vector<LayerPair>& pairs) {
  ExplicitConfig config;
  for (const LayerPair& pair : pairs) {
    ExplicitConfig::Pair* written = config.add_pair();
    written->set_student(pair.student);
    written->set_teacher(pair.teacher);
    written->set_weight(pair.weight);
  }
  return ExplicitMapping::Create(config, {});
}

TEST(ExplicitMapping, GivesItsPairsInOrderOfTheStudentLayers) {
  const auto mapping = Create({{3, 12, 2}, {1, 4, 1}});
  ASSERT_THAT(mapping, IsOk());
  const auto pairs = (*mapping)->Map(12, 3);
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(*pairs, ElementsAre(LayerPair{1, 4, 1}, LayerPair{3, 12, 2}));
}

TEST(ExplicitMapping, HasWeightOneUnlessToldOtherwise) {
  ExplicitConfig config;
  config.add_pair()->set_student(1);
  config.mutable_pair(0)->set_teacher(2);
  const auto mapping = ExplicitMapping::Create(config, {});
  ASSERT_THAT(mapping, IsOk());
  EXPECT_THAT(*(*mapping)->Map(2, 1), ElementsAre(LayerPair{1, 2, 1}));
}

TEST(ExplicitMapping, RejectsWhatCannotBe) {
  EXPECT_THAT(Create({}), IsInvalidArgument("ExplicitConfig.pair: want at least one pair, got none"));
  EXPECT_THAT(Create({{0, 1, 1}}), IsInvalidArgument("ExplicitConfig.pair.student: want >= 1, got 0"));
  EXPECT_THAT(Create({{1, 0, 1}}), IsInvalidArgument("ExplicitConfig.pair.teacher: want >= 1, got 0"));
  EXPECT_THAT(Create({{1, 1, 0}}), IsInvalidArgument("ExplicitConfig.pair.weight: want > 0, got 0"));
  EXPECT_THAT(Create({{2, 1, 1}, {2, 3, 1}}), IsInvalidArgument("ExplicitConfig.pair: student layer 2 occurs twice"));
}

TEST(ExplicitMapping, RejectsModelsThatItDoesNotFit) {
  const auto mapping = Create({{3, 12, 1}});
  EXPECT_THAT((*mapping)->Map(6, 3),
              IsInvalidArgument("student layer 3 <- teacher layer 12 does not fit a teacher of 6 "
                                "layers and a student of 3"));
  EXPECT_THAT((*mapping)->Map(12, 2), IsInvalidArgument("a teacher of 12 layers and a student of 2"));
}

}  // namespace
}  // namespace retort
