#include "framework/ops/transpose/transpose.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "framework/testing/fixtures.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::RandomTensor;

// Whole tiles, less than one, and edges on either side; many rows and none.
const std::vector<std::pair<int64_t, int64_t>>& Shapes() {
  static const auto* shapes = new std::vector<std::pair<int64_t, int64_t>>{
      {32, 64}, {1, 1}, {5, 3}, {33, 65}, {31, 1000}, {300, 63}, {64, 4096}, {7, 0}, {0, 7}};
  return *shapes;
}

TEST(Transposed, IsTheTransposeInMemoryOfItsOwn) {
  for (const auto& [k, m] : Shapes()) {
    const at::Tensor x = RandomTensor({k, m}, 1, at::kFloat), got = Transposed(x);
    EXPECT_TRUE(got.is_contiguous());
    EXPECT_TRUE(got.equal(x.t())) << k << " x " << m;
  }
}

TEST(AddTransposed, AddsToRowsOfAWiderMatrixAndToNothingElse) {
  for (const auto& [k, m] : Shapes()) {
    const at::Tensor x = RandomTensor({k, m}, 1, at::kFloat), before = RandomTensor({m, k + 3}, 2, at::kFloat);
    const at::Tensor wide = before.clone(), want = before.clone();
    AddTransposed(x, wide.narrow(1, 2, k));
    want.narrow(1, 2, k).add_(x.t());
    EXPECT_TRUE(wide.equal(want)) << k << " x " << m;
  }
}

TEST(AddTransposed, HasTheSameBitsOnOneThread) {
  const at::Tensor x = RandomTensor({100, 3000}, 1, at::kFloat), start = RandomTensor({3000, 100}, 2, at::kFloat);
  const at::Tensor many = start.clone(), one = start.clone();
  AddTransposed(x, many);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  AddTransposed(x, one);
  at::set_num_threads(threads);
  EXPECT_TRUE(many.equal(one));
}

}  // namespace
}  // namespace retort::ops
