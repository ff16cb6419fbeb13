#include "framework/loss/term_support.h"

#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/ones_like.h"
#include "ATen/ops/sum.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

TEST(Total, IsTheSumOfAllElements) {
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{}, {0, 3}, {7, 11}, {4, 4096}, {5, 100, 101}}) {
    const at::Tensor values = RandomTensor(shape, 1);
    EXPECT_THAT(Total(values), IsCloseTo(at::sum(values), 1e-12)) << values.sizes();
  }
  const at::Tensor transposed = RandomTensor({300, 70}, 1).t();
  EXPECT_THAT(Total(transposed), IsCloseTo(at::sum(transposed), 1e-12));
}

TEST(Total, GradientIsOne) {
  const at::Tensor values = RandomTensor({3, 10000}, 1);
  const auto got = testing::Gradients([](const auto& in) { return Total(in[0]); }, {values});
  EXPECT_TRUE(got[0].equal(at::ones_like(values)));
}

TEST(Total, BitsDoNotDependOnThreads) {
  const at::Tensor values = RandomTensor({1000, 1024}, 1, at::kFloat);
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> totals;
  for (int n : {1, 2, 3}) {
    at::set_num_threads(n);
    totals.push_back(Total(values));
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(totals[1].equal(totals[0]));
  EXPECT_TRUE(totals[2].equal(totals[0]));
}

}  // namespace
}  // namespace retort
