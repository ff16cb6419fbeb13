#include "tools/bench/cohort_plots.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort::bench {
namespace {

using ::testing::HasSubstr;

BenchRow Row(int64_t students, const std::vector<double>& seconds) {
  BenchRow row;
  row.workload = "quickstart";
  row.precision = "float32";
  row.device = "cpu";
  row.students = students;
  for (const double round : seconds) row.rounds.push_back({{kStepSeconds, round}, {kMemoryBytes, 1e9 * round}});
  if (students == 1) return row;
  row.single = row.workload;
  row.workload += "_x" + std::to_string(students);
  return row;
}

// T = 2, S = 3, in another order than that of the students.
std::vector<BenchRow> OnALine() { return {Row(4, {13, 14, 15}), Row(1, {5}), Row(2, {8, 8})}; }

TEST(CostOfCohorts, TheLineOfLeastSquares) {
  std::vector<BenchRow> rows = OnALine();
  const CohortCost cost = CostOfCohorts(rows[1], rows, kStepSeconds);
  ASSERT_EQ(cost.points.size(), 3u);
  EXPECT_EQ(cost.points[0].students, 1);
  EXPECT_EQ(cost.points[2].spread.least, 13);
  EXPECT_NEAR(cost.at_zero, 2, 1e-12);
  EXPECT_NEAR(cost.slope, 3, 1e-12);
  EXPECT_NEAR(cost.worst, 0, 1e-12);
}

TEST(CostOfCohorts, SaysHowFarPointsAreFromIt) {
  const std::vector<BenchRow> rows = {Row(1, {1}), Row(2, {3}), Row(3, {2})};
  const CohortCost cost = CostOfCohorts(rows[0], rows, kStepSeconds);
  EXPECT_NEAR(cost.at_zero, 1, 1e-12);
  EXPECT_NEAR(cost.slope, 0.5, 1e-12);
  EXPECT_NEAR(cost.worst, 0.5, 1e-12) << "3 where the line has 2";
}

TEST(CostOfCohorts, OfItsOwnStudentsAndPrecisionAlone) {
  std::vector<BenchRow> rows = OnALine();
  rows[0].precision = "bfloat16";
  EXPECT_TRUE(CostOfCohorts(rows[1], rows, kStepSeconds).points.empty()) << "two points have always a line";
  rows = OnALine();
  rows[0].rounds.clear();
  EXPECT_TRUE(CostOfCohorts(rows[1], rows, kStepSeconds).points.empty()) << "it was not measured";
}

TEST(RenderCohortPlots, TimeAndMemory) {
  const std::string html = RenderCohortPlots(OnALine());
  EXPECT_THAT(html, HasSubstr("Time of quickstart, float32: T + K S with T = 2.000 s and S = 3.000 s; no median is "
                              "farther from it than 0 %"));
  EXPECT_THAT(html, HasSubstr("Memory of quickstart, float32: M + K m with M = 2.00 GB and m = 3.00 GB"));
  EXPECT_THAT(html, HasSubstr("<canvas id=\"cohort-1\">"));
  EXPECT_THAT(html, HasSubstr(R"("medians":[{"x":1.0,"y":5.0},{"x":2.0,"y":8.0},{"x":4.0,"y":14.0}])"));
  EXPECT_THAT(html, HasSubstr(R"("alone":[{"x":0.0,"y":0.0},{"x":4.0,"y":20.0}])"));
  EXPECT_THAT(html, HasSubstr("Chart.js v3"));
}

TEST(RenderCohortPlots, NothingWithoutCohorts) { EXPECT_EQ(RenderCohortPlots({Row(1, {5})}), ""); }

}  // namespace
}  // namespace retort::bench
