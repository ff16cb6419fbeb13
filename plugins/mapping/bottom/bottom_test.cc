#include "plugins/mapping/bottom/bottom.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

std::vector<int> TeacherLayers(int teacher_layers, int student_layers) {
  const auto pairs = BottomMapping().Map(teacher_layers, student_layers);
  std::vector<int> layers;
  for (const LayerPair& pair : *pairs) layers.push_back(pair.teacher);
  return layers;
}

TEST(BottomMapping, TakesTheFirstLayers) {
  EXPECT_THAT(TeacherLayers(12, 4), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(TeacherLayers(3, 3), ElementsAre(1, 2, 3));
}

TEST(BottomMapping, RejectsAStudentDeeperThanItsTeacher) {
  EXPECT_THAT(BottomMapping().Map(4, 4), IsOk());
  EXPECT_THAT(BottomMapping().Map(4, 6),
              IsInvalidArgument("bottom: want a student of at most the teacher's 4 layers, got 6"));
}

}  // namespace
}  // namespace retort
