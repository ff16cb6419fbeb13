#include "plugins/mapping/uniform/uniform.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

std::vector<int> TeacherLayers(int teacher_layers, int student_layers) {
  const auto pairs = UniformMapping().Map(teacher_layers, student_layers);
  std::vector<int> layers;
  for (const LayerPair& pair : *pairs) layers.push_back(pair.teacher);
  return layers;
}

TEST(UniformMapping, TakesTheLastLayerOfEachBlock) {
  EXPECT_THAT(TeacherLayers(12, 4), ElementsAre(3, 6, 9, 12));
  EXPECT_THAT(TeacherLayers(6, 3), ElementsAre(2, 4, 6));
  EXPECT_THAT(TeacherLayers(3, 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(TeacherLayers(12, 1), ElementsAre(12));
}

TEST(UniformMapping, NumbersStudentLayersFromOneWithWeightOne) {
  const auto pairs = UniformMapping().Map(4, 2);
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(*pairs, ElementsAre(LayerPair{1, 2, 1}, LayerPair{2, 4, 1}));
}

TEST(UniformMapping, RejectsDepthsThatDoNotDivide) {
  EXPECT_THAT(UniformMapping().Map(12, 5),
              IsInvalidArgument("uniform: want a number of student layers that divides the teacher's 12, got 5"));
  EXPECT_THAT(UniformMapping().Map(4, 12), IsInvalidArgument("divides the teacher's 4, got 12"));
}

}  // namespace
}  // namespace retort
