#include "plugins/loss/teacher_labels/teacher_labels.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::RandomTensor;

at::Tensor Rows(std::vector<double> values, int64_t columns) {
  return at::tensor(values, at::kDouble).reshape({-1, columns});
}

// s = (ln 3, 0): softmax (3/4, 1/4). The teacher prefers column 1 in the first row (-ln 1/4) and column 0 in the second
// (-ln 3/4): together ln(16/3). How much it prefers them does not matter.
TEST(TeacherLabelsSum, IsTheHandWorkedCrossEntropy) {
  const at::Tensor student = Rows({std::log(3.0), 0, std::log(3.0), 0}, 2);
  EXPECT_NEAR(TeacherLabelsSum(student, Rows({0, 0.1, 5, -5}, 2)).item<double>(), std::log(16.0 / 3), 1e-12);
  EXPECT_NEAR(TeacherLabelsSum(student, Rows({0, 9, 0.2, 0.1}, 2)).item<double>(), std::log(16.0 / 3), 1e-12);
}

TEST(TeacherLabelsSum, TakesTheFirstOfEquals) {
  const at::Tensor student = Rows({std::log(3.0), 0}, 2);
  EXPECT_NEAR(TeacherLabelsSum(student, Rows({1, 1}, 2)).item<double>(), std::log(4.0 / 3), 1e-12);
}

TEST(TeacherLabelsSum, GradientAgreesWithFiniteDifferences) {
  const at::Tensor teacher = RandomTensor({3, 5}, 2);
  EXPECT_LT(testing::GradientError([&](const auto& in) { return TeacherLabelsSum(in[0], teacher); },
                                   {RandomTensor({3, 5}, 1)}),
            1e-8);
}

TEST(TeacherLabelsLoss, ReadsTheRowsItIsTold) {
  const EncoderConfig student = testing::SmallEncoder(2), teacher = testing::SmallEncoder(4);
  TeacherLabelsConfig config;
  auto all = TeacherLabelsLoss::Create(config, {student, &teacher});
  ASSERT_THAT(all, testing::IsOk());
  EXPECT_EQ((*all)->teacher().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kReal}}));
  EXPECT_FALSE((*all)->gold());
  config.set_rows(TeacherLabelsConfig::LABELLED);
  auto masked = TeacherLabelsLoss::Create(config, {student, &teacher});
  ASSERT_THAT(masked, testing::IsOk());
  EXPECT_EQ((*masked)->student().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kLabelled}}));
}

TEST(TeacherLabelsLoss, RejectsWhatCannotBe) {
  const EncoderConfig student = testing::SmallEncoder(2);
  TeacherLabelsConfig of_score;
  of_score.set_head(TeacherLabelsConfig::SCORE);
  EXPECT_THAT(TeacherLabelsLoss::Create(of_score, {student, &student}),
              IsInvalidArgument("TeacherLabelsConfig.head: want one of several outputs, got SCORE"));
  EncoderConfig one_class = student;
  one_class.heads = {HeadSpec()};
  one_class.heads.front().kind = HeadKind::kClasses;
  one_class.heads.front().classes = {"only"};
  TeacherLabelsConfig of_classes;
  of_classes.set_head(TeacherLabelsConfig::CLASSES);
  EXPECT_THAT(TeacherLabelsLoss::Create(of_classes, {one_class, &one_class}),
              IsInvalidArgument("want one of several outputs, got CLASSES"));
  EXPECT_THAT(TeacherLabelsLoss::Create({}, {student}), IsInvalidArgument("TeacherLabelsConfig: needs a teacher"));
  EncoderConfig teacher = testing::SmallEncoder(4);
  teacher.vocabulary_size = 13;
  EXPECT_THAT(TeacherLabelsLoss::Create({}, {student, &teacher}),
              IsInvalidArgument("got 13 pieces in the teacher and 11 in the student"));
}

}  // namespace
}  // namespace retort
