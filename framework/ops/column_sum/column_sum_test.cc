#include "framework/ops/column_sum/column_sum.h"

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/full.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/column_sum/column_sum_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

TEST(ColumnSum, IsTheHandWorkedSum) {
  const at::Tensor x = at::tensor({1.0f, 2.0f, 3.0f, 10.0f, 20.0f, 30.0f}).view({2, 3});
  EXPECT_TRUE(ColumnSum(x).equal(at::tensor({11.0f, 22.0f, 33.0f})));
}

// Of less than a block of rows, of one, and of some.
TEST(ColumnSum, AgreesWithTheReference) {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 5}, {64, 7}, {150, 33}, {70, 5000}}) {
    for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
      const at::Tensor x = RandomTensor({rows, columns}, 1, type), sum = ColumnSum(x);
      EXPECT_EQ(sum.scalar_type(), type == at::kDouble ? at::kDouble : at::kFloat);
      EXPECT_THAT(sum, IsCloseTo(ColumnSumReference(x), type == at::kDouble ? 1e-13 : 1e-5)) << rows << " " << type;
    }
  }
}

TEST(ColumnSum, OfNoRowsIsZero) {
  EXPECT_TRUE(ColumnSum(RandomTensor({0, 3}, 1, at::kFloat)).equal(at::tensor({0.0f, 0.0f, 0.0f})));
}

// Columns of wider rows, and a transpose, whose rows have gaps.
TEST(ColumnSum, ReadsRowsThatLieApart) {
  const at::Tensor wide = RandomTensor({80, 40}, 1, at::kFloat);
  EXPECT_TRUE(ColumnSum(wide.narrow(1, 3, 20)).equal(ColumnSum(wide).narrow(0, 3, 20)));
  EXPECT_TRUE(ColumnSum(wide.t()).equal(ColumnSum(wide.t().contiguous())));
}

// 2^24 + 1 is no float32: added one by one, 2^24 ones and as many more would stay 2^24.
TEST(ColumnSum, KeepsWhatFloatsWouldLose) {
  const at::Tensor x = at::full({1 << 25, 1}, 1.0f);
  EXPECT_EQ(ColumnSum(x).item<float>(), 33554432.0f);
}

TEST(ColumnSum, HasTheSameBitsForAnyNumberOfThreads) {
  const at::Tensor x = RandomTensor({1000, 33}, 1, at::kFloat);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = ColumnSum(x);
  at::set_num_threads(3);
  EXPECT_TRUE(ColumnSum(x).equal(one));
  at::set_num_threads(threads);
}

}  // namespace
}  // namespace retort::ops
