#include "framework/eval/scores/jackknife.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(JackknifeValues, OfAMeanAreTheExamples) {
  const std::vector<double> x{1, 5, 2, 9};
  const std::vector<double> values = JackknifeValues(4, [&x](absl::Span<const size_t> examples) {
    double sum = 0;
    for (const size_t e : examples) sum += x[e];
    return sum / static_cast<double>(examples.size());
  });
  EXPECT_THAT(values,
              ElementsAre(DoubleNear(1, 1e-12), DoubleNear(5, 1e-12), DoubleNear(2, 1e-12), DoubleNear(9, 1e-12)));
}

}  // namespace
}  // namespace retort
