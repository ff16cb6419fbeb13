#include "framework/ops/row_loss/row_loss_device.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/where.h"
#include "ATen/ops/zeros.h"
#include "c10/util/BFloat16.h"
#include "framework/batch/batch.h"
#include "framework/ops/block/block.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/ops/row_loss/row_loss_reference.h"
#include "framework/ops/row_loss/row_loss_row.h"
#include "framework/testing/block/kernel_testing.h"
#include "framework/testing/block/thread_block.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::KernelTolerance;
using testing::RandomTensor;

constexpr int64_t kRows = 12, kColumns = 77, kWidth = 83;  // Neither ends with a vector.

const std::vector<std::pair<at::ScalarType, at::ScalarType>> kTypes = {
    {at::kFloat, at::kFloat},       {at::kFloat, at::kBFloat16}, {at::kBFloat16, at::kFloat},
    {at::kBFloat16, at::kBFloat16}, {at::kDouble, at::kDouble},
};

// All losses, each alone, and none.
const std::vector<RowLossScales> kScales = {{0.7, 2, 0.3, 0.01}, {1, 1, 0, 0}, {0, 1, 1, 0}, {0, 1, 0, 2}, {}};

struct Case {
  at::Tensor student, teacher, labels, soft_rows;
};

// One row in four without a label, one in three without soft losses, the last columns padding that is not a number.
Case RandomCase(at::ScalarType student_type, at::ScalarType teacher_type) {
  const at::Tensor index = at::arange(kRows);
  Case c{RandomTensor({kRows, kWidth}, 1, student_type) * 3, RandomTensor({kRows, kWidth}, 2, teacher_type) * 3,
         at::where(index.remainder(4).eq(1), kNoLabel, (index * 7).remainder(kColumns)), index.remainder(3).ne(2)};
  for (at::Tensor* logits : {&c.student, &c.teacher}) {
    logits->narrow(1, kColumns, kWidth - kColumns).fill_(std::numeric_limits<double>::quiet_NaN());
  }
  return c;
}

struct Results {
  at::Tensor kl, ce, mse, gradient;
};

Results Reference(const RowLossScales& scales, const Case& c) {
  at::Tensor student = c.student.to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
  const at::Tensor teacher = c.teacher.defined() ? c.teacher.to(at::kDouble) : c.teacher;
  const RowLossSums sums = RowLossGradientReference(scales, student, teacher, c.labels, c.soft_rows, kColumns);
  return {sums.kl, sums.ce, sums.mse, student};
}

void ExpectAgree(const Results& got, const Results& want, at::ScalarType type) {
  const double of_sums = KernelTolerance(type == at::kDouble ? at::kDouble : at::kFloat);
  EXPECT_THAT(got.kl, IsCloseTo(want.kl, of_sums));
  EXPECT_THAT(got.ce, IsCloseTo(want.ce, of_sums));
  EXPECT_THAT(got.mse, IsCloseTo(want.mse, of_sums));
  EXPECT_THAT(got.gradient, IsCloseTo(want.gradient, KernelTolerance(type)));
}

class RowLossOnDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!device_) GTEST_SKIP() << "SKIPPED: this was built with --config=cuda, and there is no CUDA device";
  }

  Results Run(const RowLossScales& scales, const Case& c, int64_t columns) const {
    const auto there = [&](const at::Tensor& x) { return x.defined() ? x.to(*device_) : x; };
    at::Tensor student = there(c.student.clone());
    const RowLossSums sums =
        RowLossGradientOnDevice(scales, student, there(c.teacher), there(c.labels), there(c.soft_rows), columns);
    return {sums.kl.cpu(), sums.ce.cpu(), sums.mse.cpu(), student.cpu()};
  }

  const std::optional<c10::Device> device_ = testing::KernelDevice();
};

TEST_F(RowLossOnDevice, AgreesWithTheReference) {
  for (const auto& [student, teacher] : kTypes) {
    for (const RowLossScales& scales : kScales) {
      Case c = RandomCase(student, teacher);
      ExpectAgree(Run(scales, c, kColumns), Reference(scales, c), student);
      c.soft_rows.reset();
      ExpectAgree(Run(scales, c, kColumns), Reference(scales, c), student);
    }
  }
}

TEST_F(RowLossOnDevice, NeedsNoTeacherForLabels) {
  const RowLossScales scales{0, 1, 0.5, 0};
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    Case c = RandomCase(type, type);
    c.teacher.reset();
    ExpectAgree(Run(scales, c, kColumns), Reference(scales, c), type);
  }
}

TEST_F(RowLossOnDevice, OfNoRowsIsZero) {
  const Results got = Run(kScales[0], {at::zeros({0, 5}), at::zeros({0, 5}), at::zeros({0}, at::kLong), {}}, 5);
  EXPECT_EQ(got.kl.item<double>() + got.ce.item<double>() + got.mse.item<double>(), 0);
}

// τ = 2, t = (2 ln 3, 0), s = (0, 0): p_t = (3/4, 1/4), p_s = (1/2, 1/2) at τ and at 1; label 1.
//   kl = 3/4 ln(3/2) + 1/4 ln(1/2),  ce = ln 2,  mse = (2 ln 3)²
//   gradient of 4 kl + ce: 4 (1/2 - 3/4, 1/2 - 1/4) / 2 + (1/2, 1/2 - 1) = (0, 0)
TEST_F(RowLossOnDevice, IsTheHandWorkedCase) {
  const Case c{at::zeros({1, 2}, at::kDouble),
               at::tensor({2 * std::log(3.0), 0.0}, at::kDouble).reshape({1, 2}),
               at::tensor({1}, at::kLong),
               {}};
  const Results got = Run({4, 2, 1, 0}, c, 2);
  EXPECT_NEAR(got.kl.item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5), 1e-15);
  EXPECT_NEAR(got.ce.item<double>(), std::log(2.0), 1e-15);
  EXPECT_THAT(got.gradient, IsCloseTo(at::zeros({1, 2}, at::kDouble), 1e-15));
  EXPECT_NEAR(Run({0, 1, 0, 1}, c, 2).mse.item<double>(), std::pow(2 * std::log(3.0), 2), 1e-14);
}

TEST_F(RowLossOnDevice, SurvivesLogitsOfTenThousand) {
  const Case c{at::tensor({1e4f, -1e4f, 0.f}).reshape({1, 3}),
               at::tensor({-1e4f, 1e4f, 0.f}).reshape({1, 3}),
               at::tensor({0}, at::kLong),
               {}};
  const Results got = Run({1, 1, 1, 0}, c, 3);
  EXPECT_FLOAT_EQ(got.kl.item<double>(), 2e4);
  EXPECT_EQ(got.ce.item<double>(), 0);
  EXPECT_THAT(got.gradient, IsCloseTo(at::tensor({1.f, -1.f, 0.f}).reshape({1, 3}), 1e-6));
}

TEST_F(RowLossOnDevice, PassesNaNOn) {
  Case c = RandomCase(at::kFloat, at::kFloat);
  c.student[2][5] = std::numeric_limits<float>::quiet_NaN();
  c.soft_rows.reset();
  const Results got = Run({1, 2, 1, 0}, c, kColumns);
  EXPECT_TRUE(std::isnan(got.kl.item<double>()));
  EXPECT_TRUE(std::isnan(got.ce.item<double>()));
}

// `run(pass)` calls the body for each row.
template <typename Runner>
Results RunBody(const RowLossScales& scales, const Case& c, const Runner& run) {
  const at::Tensor student = c.student.clone(), values = at::empty({3, c.student.size(0)}, at::kDouble);
  DispatchLogits(student, c.teacher, [&](auto s, auto t) {
    run(RowLossPassOf<decltype(s), decltype(t)>(scales, student, c.teacher, c.labels, c.soft_rows, kColumns, values));
  });
  const at::Tensor sums = values.sum(1);
  return {sums[0], sums[1], sums[2], student};
}

// Memory that the threads of a block share.
class SharedMemory {
 public:
  explicit SharedMemory(int64_t bytes) : values_(bytes / sizeof(std::max_align_t) + 1) {}
  char* get() { return reinterpret_cast<char*>(values_.data()); }

 private:
  std::vector<std::max_align_t> values_;
};

template <bool kStaged>
Results RunThreads(const RowLossScales& scales, const Case& c, const testing::BlockShape& shape) {
  return RunBody(scales, c, [&](const auto& pass) {
    SharedMemory staged(2 * StagedSize<double>(pass.columns));
    testing::RunRows(shape, pass.rows, [&](const testing::ThreadBlock& block, int64_t row) {
      RunRowLoss<kStaged>(block, pass, row, staged.get());
    });
  });
}

TEST(RowLossRow, AgreesWithTheReferenceForAnyBlock) {
  for (const auto& [student, teacher] : kTypes) {
    const Case c = RandomCase(student, teacher);
    for (const testing::BlockShape& shape : testing::BlockShapes()) {
      SCOPED_TRACE(shape);
      for (const RowLossScales& scales : {kScales[0], kScales[2]}) {
        ExpectAgree(RunThreads<false>(scales, c, shape), Reference(scales, c), student);
        ExpectAgree(RunThreads<true>(scales, c, shape), Reference(scales, c), student);
      }
    }
  }
}

TEST(RowLossRow, HasTheSameBitsStagedAndInPlace) {
  for (const auto& [student, teacher] : kTypes) {
    const Case c = RandomCase(student, teacher);
    for (const testing::BlockShape& shape : testing::BlockShapes()) {
      const Results staged = RunThreads<true>(kScales[0], c, shape), in_place = RunThreads<false>(kScales[0], c, shape);
      EXPECT_TRUE(staged.kl.equal(in_place.kl) && staged.ce.equal(in_place.ce) && staged.mse.equal(in_place.mse));
      EXPECT_TRUE(staged.gradient.equal(in_place.gradient)) << shape;
    }
  }
}

// Logits whose rows lie apart, as those of a padded vocabulary: what lies between stays.
TEST(RowLossRow, OfRowsApartIsThatOfRowsInARow) {
  const Case dense = RandomCase(at::kFloat, at::kBFloat16);
  const at::Tensor wide = at::zeros({kRows, kWidth + 5}), wide_teacher = at::zeros({kRows, kWidth + 3}, at::kBFloat16);
  Case apart = dense;
  apart.student = wide.narrow(1, 0, kWidth).copy_(dense.student);
  apart.teacher = wide_teacher.narrow(1, 0, kWidth).copy_(dense.teacher);
  const at::Tensor values = at::empty({3, kRows}, at::kDouble);
  const auto pass = RowLossPassOf<float, c10::BFloat16>(kScales[0], apart.student, apart.teacher, apart.labels,
                                                        apart.soft_rows, kColumns, values);
  for (int64_t row = 0; row < kRows; ++row) RunRowLoss</*kStaged=*/false>(HostBlock(), pass, row, nullptr);
  const Results want = RunThreads<false>(kScales[0], dense, {1, testing::Turns::kFirstToLast});
  EXPECT_TRUE(apart.student.equal(want.gradient));
  EXPECT_TRUE(values.sum(1)[0].equal(want.kl));
  EXPECT_EQ(wide.narrow(1, kWidth, 5).abs().max().item<float>(), 0);
}

}  // namespace
}  // namespace retort::ops
