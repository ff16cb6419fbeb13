#include "framework/report/files/long_form.h"

#include <algorithm>

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

TEST(PerExampleTsv, OneLinePerExample) {
  SweepResult sweep = TinySweep();
  sweep.teachers = {{"mini", {"eval", "report", {{"m/cross_entropy", {{0.5}, {1}}}}, "", ""}}};
  sweep.runs.resize(1);
  EXPECT_EQ(PerExampleTsv(sweep),
            "variant\tseed\tstage\tsplit\tmetric\texample\tsum\tcount\n"
            "base\t1\teval\treport\tm/cross_entropy\t0\t1\t1\n"
            "base\t1\teval\treport\tm/cross_entropy\t1\t3\t1\n"
            "(teacher)\t\teval\treport\tm/cross_entropy\t0\t0.5\t1\n");
}

TEST(LongTsv, CurvesThenFinalScores) {
  SweepResult sweep = TinySweep();
  sweep.runs.resize(1);
  EXPECT_EQ(LongTsv(sweep),
            "variant\tseed\tstage\ttokens\tflops\tsplit\tmetric\tvalue\n"
            "base\t1\tdistil\t500\t1e+09\tselect\tm/cross_entropy\t6\n"
            "base\t1\teval\t1000\t2e+09\treport\tm/cross_entropy\t2\n");
}

TEST(LongTsv, TabsInNamesDoNotShiftColumns) {
  SweepResult sweep = TinySweep();
  sweep.runs.resize(1);
  sweep.runs[0].variant = "a\tb\nc";
  EXPECT_THAT(LongTsv(sweep), HasSubstr("\na b c\t1\t"));
  EXPECT_THAT(PerExampleTsv(sweep), HasSubstr("\na b c\t1\t"));
}

TEST(LongTsv, WholeSweep) {
  const std::string text = LongTsv(FakeSweep());
  // 27 runs x (9 evaluations x 2 metrics + 3 final metrics) and the header.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 27 * (9 * 2 + 3) + 1);
}

}  // namespace
}  // namespace retort
