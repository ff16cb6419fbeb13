#include "framework/ops/row_loss/row_loss.h"

#include <cmath>
#include <limits>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/tensor.h"
#include "framework/batch/batch.h"
#include "framework/ops/row_loss/row_loss_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

struct Case {
  at::Tensor student, teacher, labels, soft_rows;
};

// Rows that are wide enough for full vectors and a rest, with and without labels.
Case RandomCase(at::ScalarType dtype, int64_t columns = 77) {
  return {RandomTensor({5, columns}, 1, dtype) * 3, RandomTensor({5, columns}, 2, dtype) * 3,
          at::tensor({0, -100, 70, 33, -100}, at::kLong), at::tensor({1, 0, 1, 1, 1}, at::kLong).to(at::kBool)};
}

void ExpectSameAsReference(const RowLossScales& scales, const Case& c, int64_t columns, double tolerance) {
  at::Tensor fused = c.student.clone(), plain = c.student.clone();
  const RowLossSums got = RowLossGradient(scales, fused, c.teacher, c.labels, c.soft_rows, columns);
  const RowLossSums want = RowLossGradientReference(scales, plain, c.teacher, c.labels, c.soft_rows, columns);
  EXPECT_THAT(got.kl, IsCloseTo(want.kl, tolerance));
  EXPECT_THAT(got.ce, IsCloseTo(want.ce, tolerance));
  EXPECT_THAT(got.mse, IsCloseTo(want.mse, tolerance));
  EXPECT_THAT(fused, IsCloseTo(plain, tolerance));
}

TEST(RowLossGradient, AgreesWithTheReference) {
  for (const RowLossScales& scales : {RowLossScales{0.7, 2, 0.3, 0.01}, RowLossScales{1, 1, 0, 0},
                                      RowLossScales{0, 1, 1, 0}, RowLossScales{0, 1, 0, 2}}) {
    ExpectSameAsReference(scales, RandomCase(at::kDouble), 77, 1e-12);
    ExpectSameAsReference(scales, RandomCase(at::kFloat), 77, 2e-6);
  }
}

TEST(RowLossGradient, LeavesPaddedColumnsAlone) {
  const RowLossScales scales{0.7, 2, 0.3, 0.01};
  Case c = RandomCase(at::kDouble, 80);
  c.student.narrow(1, 77, 3).fill_(std::numeric_limits<double>::quiet_NaN());
  ExpectSameAsReference(scales, RandomCase(at::kDouble, 80), 77, 1e-12);
  RowLossGradient(scales, c.student, c.teacher, c.labels, {}, 77);
  EXPECT_THAT(c.student.narrow(1, 77, 3), IsCloseTo(at::zeros({5, 3}, at::kDouble), 0.0));
}

TEST(RowLossGradient, WorksOnBfloat16) {
  const RowLossScales scales{0.7, 2, 0.3, 0};
  const Case c = RandomCase(at::kBFloat16);
  at::Tensor fused = c.student.clone(), plain = c.student.to(at::kFloat);
  const RowLossSums got = RowLossGradient(scales, fused, c.teacher, c.labels, {}, 77);
  const RowLossSums want = RowLossGradient(scales, plain, c.teacher.to(at::kFloat), c.labels, {}, 77);
  EXPECT_EQ(got.kl.item<double>(), want.kl.item<double>());
  EXPECT_THAT(fused.to(at::kFloat), IsCloseTo(plain.to(at::kBFloat16).to(at::kFloat), 0.0));
}

// τ = 2, t = (2 ln 3, 0), s = (0, 0): p_t = (3/4, 1/4), p_s = (1/2, 1/2) at τ and at 1; label 1.
//   kl = 3/4 ln(3/2) + 1/4 ln(1/2),  ce = ln 2,  mse = (2 ln 3)²
//   gradient of 4 kl + ce: 4 (1/2 - 3/4, 1/2 - 1/4) / 2 + (1/2, 1/2 - 1) = (0, 0)
TEST(RowLossGradient, IsTheHandWorkedCase) {
  at::Tensor student = at::zeros({1, 2}, at::kDouble);
  const at::Tensor teacher = at::tensor({2 * std::log(3.0), 0.0}, at::kDouble).reshape({1, 2});
  const RowLossSums sums = RowLossGradient({4, 2, 1, 0}, student, teacher, at::tensor({1}, at::kLong), {}, 2);
  EXPECT_NEAR(sums.kl.item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5), 1e-15);
  EXPECT_NEAR(sums.ce.item<double>(), std::log(2.0), 1e-15);
  EXPECT_THAT(student, IsCloseTo(at::zeros({1, 2}, at::kDouble), 1e-15));
  student = at::zeros({1, 2}, at::kDouble);
  EXPECT_NEAR(RowLossGradient({0, 1, 0, 1}, student, teacher, {}, {}, 2).mse.item<double>(),
              std::pow(2 * std::log(3.0), 2), 1e-12);
}

TEST(RowLossGradient, SurvivesLogitsOfTenThousand) {
  at::Tensor student = at::tensor({1e4f, -1e4f, 0.f}).reshape({1, 3});
  const at::Tensor teacher = at::tensor({-1e4f, 1e4f, 0.f}).reshape({1, 3});
  const RowLossSums sums = RowLossGradient({1, 1, 1, 0}, student, teacher, at::tensor({0}, at::kLong), {}, 3);
  EXPECT_FLOAT_EQ(sums.kl.item<double>(), 2e4);
  EXPECT_EQ(sums.ce.item<double>(), 0);
  EXPECT_THAT(student, IsCloseTo(at::tensor({1.f, -1.f, 0.f}).reshape({1, 3}), 1e-6));
}

TEST(RowLossGradient, PassesNaNOn) {
  Case c = RandomCase(at::kFloat);
  c.student[2][5] = std::numeric_limits<float>::quiet_NaN();
  const RowLossSums sums = RowLossGradient({1, 2, 1, 0}, c.student, c.teacher, c.labels, {}, 77);
  EXPECT_TRUE(std::isnan(sums.kl.item<double>()));
  EXPECT_TRUE(std::isnan(sums.ce.item<double>()));
}

TEST(RowLossGradient, HasTheSameBitsOnAnyNumberOfThreads) {
  const Case c = RandomCase(at::kFloat);
  at::Tensor one = c.student.clone(), two = c.student.clone();
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const RowLossSums a = RowLossGradient({0.7, 2, 0.3, 0}, one, c.teacher, c.labels, {}, 77);
  at::set_num_threads(threads);
  const RowLossSums b = RowLossGradient({0.7, 2, 0.3, 0}, two, c.teacher, c.labels, {}, 77);
  EXPECT_EQ(a.kl.item<double>(), b.kl.item<double>());
  EXPECT_TRUE(one.equal(two));
}

}  // namespace
}  // namespace retort::ops
