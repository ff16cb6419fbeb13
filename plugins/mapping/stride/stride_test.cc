#include "plugins/mapping/stride/stride.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

std::vector<int> TeacherLayers(const LayerMapper& mapping, int teacher_layers, int student_layers) {
  const auto pairs = mapping.Map(teacher_layers, student_layers);
  std::vector<int> layers;
  for (const LayerPair& pair : *pairs) layers.push_back(pair.teacher);
  return layers;
}

TEST(StrideMapping, TakesEveryOtherLayerByDefault) {
  const auto mapping = StrideMapping::Create({}, {});
  ASSERT_THAT(mapping, IsOk());
  EXPECT_THAT(TeacherLayers(**mapping, 12, 6), ElementsAre(1, 3, 5, 7, 9, 11));
}

TEST(StrideMapping, TakesEveryStepThLayerFromTheFirstOn) {
  EXPECT_THAT(TeacherLayers(StrideMapping(2, 2), 12, 6), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(TeacherLayers(StrideMapping(3, 4), 12, 3), ElementsAre(3, 7, 11));
}

TEST(StrideMapping, RejectsATeacherThatIsTooShallow) {
  EXPECT_THAT(StrideMapping(2, 2).Map(12, 7),
              IsInvalidArgument("stride: the 7 layers of the student need 14 layers of the teacher, which has 12"));
}

TEST(StrideMapping, RejectsSettingsBelowOne) {
  StrideConfig config;
  config.set_step(0);
  EXPECT_THAT(StrideMapping::Create(config, {}), IsInvalidArgument("StrideConfig.step: want >= 1, got 0"));
  config.set_step(1);
  config.set_first(-2);
  EXPECT_THAT(StrideMapping::Create(config, {}), IsInvalidArgument("StrideConfig.first: want >= 1, got -2"));
}

}  // namespace
}  // namespace retort
