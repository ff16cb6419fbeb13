#include "plugins/mapping/alternate/alternate.h"

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

std::vector<int> TeacherLayers(int teacher_layers, int student_layers) {
  const auto pairs = AlternateMapping().Map(teacher_layers, student_layers);
  std::vector<int> layers;
  for (const LayerPair& pair : *pairs) layers.push_back(pair.teacher);
  return layers;
}

// DistilBERT's [0, 2, 4, 7, 9, 11], counted from 1, and the other published choices.
TEST(AlternateMapping, IsThePublishedTable) {
  EXPECT_THAT(TeacherLayers(12, 6), ElementsAre(1, 3, 5, 8, 10, 12));
  EXPECT_THAT(TeacherLayers(12, 1), ElementsAre(1));
  EXPECT_THAT(TeacherLayers(12, 2), ElementsAre(1, 7));
  EXPECT_THAT(TeacherLayers(12, 3), ElementsAre(1, 7, 12));
  EXPECT_THAT(TeacherLayers(12, 4), ElementsAre(1, 5, 9, 12));
  EXPECT_THAT(TeacherLayers(12, 9), ElementsAre(1, 2, 3, 5, 6, 8, 10, 11, 12));
  EXPECT_THAT(TeacherLayers(6, 2), ElementsAre(1, 6));
  EXPECT_THAT(TeacherLayers(6, 3), ElementsAre(1, 3, 6));
  EXPECT_THAT(TeacherLayers(6, 4), ElementsAre(1, 2, 4, 6));
  EXPECT_THAT(TeacherLayers(16, 4), ElementsAre(1, 6, 11, 16));
  EXPECT_THAT(TeacherLayers(16, 8), ElementsAre(1, 3, 5, 7, 9, 11, 13, 16));
}

// 1 + (m - 1) · 7 / 2 = 1, 4.5, 8; 1 + (m - 1) · 23 / 3 = 1, 8.67, 16.33, 24.
TEST(AlternateMapping, SpacesOtherDepthsEvenly) {
  EXPECT_THAT(TeacherLayers(8, 3), ElementsAre(1, 5, 8));
  EXPECT_THAT(TeacherLayers(24, 4), ElementsAre(1, 9, 16, 24));
  EXPECT_THAT(TeacherLayers(5, 1), ElementsAre(1));
}

TEST(AlternateMapping, IncludesFirstAndLastAndNeverGoesBack) {
  for (int teacher = 2; teacher <= 24; ++teacher) {
    for (int student = 2; student <= teacher; ++student) {
      if (teacher == 12 && student == 2) continue;  // Published as 1, 7.
      const std::vector<int> layers = TeacherLayers(teacher, student);
      EXPECT_EQ(layers.front(), 1);
      EXPECT_EQ(layers.back(), teacher) << teacher << " -> " << student;
      for (size_t i = 1; i < layers.size(); ++i) EXPECT_GT(layers[i], layers[i - 1]);
    }
  }
}

TEST(AlternateMapping, RejectsAStudentDeeperThanItsTeacher) {
  EXPECT_THAT(AlternateMapping().Map(4, 4), IsOk());
  EXPECT_THAT(AlternateMapping().Map(4, 6),
              IsInvalidArgument("alternate: want a student of at most the teacher's 4 layers, got 6"));
}

}  // namespace
}  // namespace retort
