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
  sweep.teachers = {{"mini", {"eval", "report", {{"m/cross_entropy", {{0.5}, {1}}}}, "12 2", "ab"}}};
  sweep.runs.resize(1);
  sweep.runs[0].scores[0].examples = "12 2";
  sweep.runs[0].scores[0].teacher = "ab";
  EXPECT_EQ(PerExampleTsv(sweep),
            "variant\tseed\tstage\tsplit\tmetric\texample\tsum\tcount\tmeasured_on\tteacher\n"
            "base\t1\teval\treport\tm/cross_entropy\t0\t1\t1\t12 2\tab\n"
            "base\t1\teval\treport\tm/cross_entropy\t1\t3\t1\t12 2\tab\n"
            "(teacher)\t\teval\treport\tm/cross_entropy\t0\t0.5\t1\t12 2\tab\n");
}

TEST(PerExampleTsv, TrainedTeachersHaveTheirSeeds) {
  SweepResult sweep = TinySweep();
  const Scores scores{"eval", "report", {{"m/cross_entropy", {{0.5}, {1}}}}, "", ""};
  sweep.teachers = {{"@assistant", scores, 1}, {"@assistant", scores, 2}};
  EXPECT_THAT(PerExampleTsv(sweep), HasSubstr("(teacher)\t1\teval"));
  EXPECT_THAT(PerExampleTsv(sweep), HasSubstr("(teacher)\t2\teval"));
}

TEST(LongTsv, CurvesThenFinalScores) {
  SweepResult sweep = TinySweep();
  sweep.runs.resize(1);
  sweep.runs[0].curves[0].evaluation_examples = "34 2";
  sweep.runs[0].scores[0].examples = "12 2";
  EXPECT_EQ(LongTsv(sweep),
            "variant\tseed\tstage\ttokens\tflops\tsplit\tmetric\tvalue\tmeasured_on\tteacher\n"
            "base\t1\tdistil\t500\t1e+09\tselect\tm/cross_entropy\t6\t34 2\t\n"
            "base\t1\teval\t1000\t2e+09\treport\tm/cross_entropy\t2\t12 2\t\n");
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
