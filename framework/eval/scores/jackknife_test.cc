#include "framework/eval/scores/jackknife.h"

#include <cmath>

#include "framework/eval/scores/correlation.h"
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

TEST(JackknifeValues, OfKnownStatisticsAreThoseOfTheStatistic) {
  const std::vector<double> x{0.1, 0.2, 0.4, 0.3, 0.9}, y{1, 2, 3, 2.5, 1};
  const std::vector<double> values = JackknifeValues(5, [&](absl::Span<const size_t> examples) {
    std::vector<double> some_x, some_y;
    for (const size_t e : examples) {
      some_x.push_back(x[e]);
      some_y.push_back(y[e]);
    }
    return SpearmanCorrelation(some_x, some_y);
  });
  EXPECT_EQ(JackknifeValues(SpearmanCorrelation(x, y), SpearmanWithoutEach(x, y)), values);
}

TEST(JackknifeValues, OfOneExampleIsTheStatistic) { EXPECT_THAT(JackknifeValues(0.5, {0.0}), ElementsAre(0.5)); }

// Without the third example all y are equal: the correlation is defined, but not how it varies.
TEST(JackknifeValues, AreOneWhereALeftOutExampleLeavesNothing) {
  const std::vector<double> x{0.1, 0.2, 0.4, 0.3}, y{1, 1, 3, 1};
  const std::vector<double> values = JackknifeValues(4, [&](absl::Span<const size_t> examples) {
    std::vector<double> some_x, some_y;
    for (const size_t e : examples) {
      some_x.push_back(x[e]);
      some_y.push_back(y[e]);
    }
    return SpearmanCorrelation(some_x, some_y);
  });
  EXPECT_THAT(values, ElementsAre(DoubleNear(SpearmanCorrelation(x, y), 1e-12)));
  EXPECT_THAT(values, ElementsAre(DoubleNear(std::sqrt(0.6), 1e-12)));
}

}  // namespace
}  // namespace retort
