#include "tools/bench/report.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "framework/train/phases/phases.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A round of a workload whose step takes so long, half of it backward.
Measurement Round(double seconds) {
  Measurement round = {{kTokensPerSecond, 1000 / seconds},
                       {kStepSeconds, seconds},
                       {kGflops, 80 / seconds},
                       {kPeakGflops, 100},
                       {kShare, 0.8 / seconds},
                       {kMemoryBytes, 2e9},
                       {kRest, 0.1 * seconds}};
  for (const char* phase : kPhases) round[phase] = 0.08 * seconds;
  round[kBackwardPhase] = 0.5 * seconds;
  return round;
}

BenchReport TestReport() {
  BenchReport report;
  report.conditions = {{"processor", "Some <CPU>"}, {"command", "bench --rounds=3"}};
  BenchRow single;
  single.workload = "tinybert";
  single.what = "one";
  single.precision = "float32";
  single.device = "cpu";
  single.rounds = {Round(1), Round(1.25), Round(2)};
  BenchRow cohort = single;
  cohort.workload = "tinybert_x7";
  cohort.students = 7;
  cohort.single = "tinybert";
  cohort.rounds = {Round(5)};
  BenchRow skipped = single;
  skipped.workload = "base";
  skipped.rounds.clear();
  skipped.skipped = "memory ran out";
  BenchRow data = skipped;
  data.workload = "mask";
  data.precision = "";
  data.skipped = "";
  data.rounds = {{{kTokensPerSecond, 1234567}}};
  report.rows = {single, cohort, skipped, data};
  return report;
}

// The cells of the TSV by row and name of the column.
std::vector<std::map<std::string, std::string>> ReadTsv(const std::string& text) {
  std::vector<std::string> names;
  std::vector<std::map<std::string, std::string>> rows;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line.front() == '#') continue;
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    if (names.empty()) {
      names = fields;
      continue;
    }
    EXPECT_EQ(fields.size(), names.size()) << line;
    for (size_t i = 0; i < std::min(fields.size(), names.size()); ++i) {
      if (i == 0) rows.emplace_back();
      rows.back()[names[i]] = fields[i];
    }
  }
  return rows;
}

TEST(ReportTest, TsvBeginsWithTheConditions) {
  EXPECT_THAT(
      RenderBenchTsv(TestReport()),
      StartsWith("# retort bench\n# processor: Some <CPU>\n# command: bench --rounds=3\nworkload\tprecision\t"));
}

TEST(ReportTest, TsvHasMedianAndSpreadOfTheRounds) {
  auto rows = ReadTsv(RenderBenchTsv(TestReport()));
  ASSERT_EQ(rows.size(), 4);
  auto& single = rows[0];
  EXPECT_EQ(single["workload"], "tinybert");
  EXPECT_EQ(single["tokens_per_second.median"], "800");
  EXPECT_EQ(single["tokens_per_second.least"], "500");
  EXPECT_EQ(single["tokens_per_second.greatest"], "1000");
  EXPECT_EQ(single["phase.backward.median"], "0.625");
  EXPECT_EQ(single["phase.student_forward.median"], "0.1");
  EXPECT_EQ(single["cohort.ratio"], "");
  EXPECT_EQ(single["skipped"], "");
}

TEST(ReportTest, ACohortIsComparedWithTheSingleRun) {
  auto rows = ReadTsv(RenderBenchTsv(TestReport()));
  ASSERT_EQ(rows.size(), 4);
  EXPECT_EQ(rows[1]["students"], "7");
  EXPECT_EQ(rows[1]["cohort.ratio"], "1.75") << "7 · 1.25 / 5";
}

TEST(ReportTest, WhatIsNotKnownIsEmptyAndWhyIsSaid) {
  auto rows = ReadTsv(RenderBenchTsv(TestReport()));
  ASSERT_EQ(rows.size(), 4);
  EXPECT_EQ(rows[2]["tokens_per_second.median"], "");
  EXPECT_EQ(rows[2]["skipped"], "memory ran out");
  EXPECT_EQ(rows[3]["tokens_per_second.median"], "1234567");
  EXPECT_EQ(rows[3]["precision"], "");
  EXPECT_EQ(rows[3]["phase.rest.median"], "");
}

TEST(ReportTest, TextIsForReaders) {
  const std::string text = RenderBenchText(TestReport(), 400);
  EXPECT_THAT(text, StartsWith("processor: Some <CPU>\n"));
  EXPECT_THAT(text, HasSubstr("800 (500 to 1000)"));
  EXPECT_THAT(text, HasSubstr("64 % (40 % to 80 %)"));
  EXPECT_THAT(text, HasSubstr("50 %")) << "backward";
  EXPECT_THAT(text, HasSubstr("1.75"));
  EXPECT_THAT(text, HasSubstr("memory ran out"));
}

TEST(ReportTest, HtmlIsOnePageWithBars) {
  const std::string html = RenderBenchHtml(TestReport());
  EXPECT_THAT(html, StartsWith(kBenchHtmlBeginning));
  EXPECT_THAT(html, HasSubstr("Some &lt;CPU&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("Some <CPU>")));
  EXPECT_THAT(html, HasSubstr("title=\"backward 50 %\""));
  EXPECT_THAT(html, Not(HasSubstr("http")));
}

}  // namespace
}  // namespace retort::bench
