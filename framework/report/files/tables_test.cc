#include "framework/report/files/tables.h"

#include "absl/strings/str_split.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

Table TinyTable() {
  SweepResult sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", -2.96, std::nullopt, "arXiv:1910.01108 table 4"}};
  return BuildTable(*Analyse(sweep));
}

TEST(BuildTable, EveryRowHasEveryColumn) {
  const Table table = BuildTable(*Analyse(FakeSweep()));
  EXPECT_EQ(table.rows.size(), 10u);  // 9 variants and the teacher
  EXPECT_THAT(table.rows, Each(SizeIs(table.columns.size())));
  for (const std::vector<TableCell>& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) EXPECT_EQ(row[c].values.size(), table.columns[c].fields.size());
  }
}

TEST(BuildTable, HandWorked) {
  const Table table = TinyTable();
  EXPECT_EQ(table.columns[1].title, "cross-entropy, nats");
  // a: 4 and 6, mean 5, standard deviation √2.
  EXPECT_EQ(table.rows[1][1].text, "5.0 ± 1.4");
  EXPECT_EQ(table.rows[0][2].text, "–");
  EXPECT_DOUBLE_EQ(*table.rows[1][2].values[0], 3);
}

TEST(BuildTable, SaysWhyThereIsNoDifference) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores[0].examples = run.variant;
  const Table table = BuildTable(*Analyse(sweep));
  EXPECT_EQ(table.rows[1][1].text, "5.0 ± 1.4");
  EXPECT_EQ(table.rows[1][2].text, "other examples");
  EXPECT_THAT(table.rows[1][2].values, Each(std::optional<double>()));
}

TEST(BuildTable, ItsNoteSaysThatThereIsOneSeed) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(BuildTable(*Analyse(sweep)).note, HasSubstr("interval over seeds and held-out examples"));
  sweep.runs.erase(sweep.runs.begin() + 3);
  sweep.runs.erase(sweep.runs.begin() + 1);
  EXPECT_THAT(BuildTable(*Analyse(sweep)).note, HasSubstr("One seed; Δ: paired difference to base with its 95 % "
                                                          "interval over held-out examples,"));
}

TEST(BuildTable, ItsNoteSaysWhichIntervalsAreOverLess) {
  SweepResult sweep = TinySweep();
  sweep.variants.push_back({"b", ""});
  sweep.runs.push_back(sweep.runs[3]);
  sweep.runs.back().variant = "b";
  EXPECT_THAT(BuildTable(*Analyse(sweep)).note,
              HasSubstr("interval over seeds and held-out examples (over held-out examples only for b, of one seed)"));
  sweep.runs[2].scores[0].metrics["m/cross_entropy"] = {{4}, {1}};
  EXPECT_THAT(BuildTable(*Analyse(sweep)).note,
              HasSubstr("over seeds and held-out examples (over held-out examples only for b, of one seed; over seeds "
                        "only for a’s cross-entropy)"));
}

// What --only leaves of a sweep may lack its base.
TEST(BuildTable, NamesTheVariantThatOthersAreComparedWith) {
  SweepResult sweep = TinySweep();
  sweep.variants[0].name = sweep.runs[0].variant = sweep.runs[1].variant = "v";
  const Table table = BuildTable(*Analyse(sweep));
  EXPECT_EQ(table.columns[2].title, "Δ to v, nats");
  EXPECT_THAT(table.note, HasSubstr("paired difference to v with"));
}

// A control may be the initial student: it has no speed and no clipped steps.
TEST(BuildTable, WhatTrainsNothingHasNoCosts) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) {
    if (run.variant == "a") run.parameters = run.tokens = 0;
  }
  const std::vector<TableCell> row = BuildTable(*Analyse(sweep)).rows[1];
  for (size_t c = 4; c < 7; ++c) {
    EXPECT_EQ(row[c].text, "–");
    EXPECT_FALSE(row[c].values[0].has_value());
  }
}

TEST(BuildTable, NamesFailedRuns) {
  SweepResult sweep = TinySweep();
  sweep.runs[3].error = "NaN";
  const Table table = BuildTable(*Analyse(sweep));
  EXPECT_EQ(table.rows[1][3].text, "1 of 2");
}

TEST(RenderText, AlignsByCharacters) {
  const std::string text = RenderText(TinyTable(), 200);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  ASSERT_EQ(lines.size(), 5u);  // Header, rule, base, a, nothing.
  EXPECT_EQ(lines[0].find("variant"), 0u);
  // The base's difference is a dash, right-aligned below the end of the header "Δ to base, nats".
  const size_t dash = lines[2].find("–");
  const size_t end_of_interval = lines[3].find(")") + 1;
  EXPECT_EQ(DisplayWidth(lines[2].substr(0, dash)) + 1, DisplayWidth(lines[3].substr(0, end_of_interval)));
  EXPECT_THAT(lines[3], HasSubstr("1.23 M"));
  EXPECT_THAT(lines[3], HasSubstr("−2.96 GLUE macro, arXiv:1910.01108 table 4"));
}

TEST(RenderText, BreaksIntoBlocksThatFit) {
  const std::string text = RenderText(BuildTable(*Analyse(FakeSweep())), 80);
  std::vector<int> widths;
  int headers = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    widths.push_back(DisplayWidth(line));
    headers += line.substr(0, 7) == "variant";
  }
  EXPECT_THAT(widths, Each(Le(80)));
  EXPECT_GT(headers, 1);
}

TEST(RenderTsv, FullPrecisionAndNoHoles) {
  const std::vector<std::string> lines = absl::StrSplit(RenderTsv(TinyTable()), '\n');
  EXPECT_EQ(lines[0],
            "variant\tm/cross_entropy.mean\tm/cross_entropy.sd\tm/cross_entropy.difference.estimate\t"
            "m/cross_entropy.difference.low\tm/cross_entropy.difference.high\t"
            "m/cross_entropy.difference.standard_error\tm/"
            "cross_entropy.difference.not_compared\tfinished_seeds.count\tparameters.count\t"
            "tokens_per_second.mean\tclipped_steps.share\tpublished");
  EXPECT_EQ(lines[1], "base\t2\t0\t\t\t\t\t\t2\t1234567\t100\t0\t");
  EXPECT_THAT(lines[2], HasSubstr("a\t5\t1.414213562373095"));
}

TEST(RenderTsv, SaysWhyThereIsNoDifference) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores[0].examples = run.variant;
  EXPECT_THAT(RenderTsv(BuildTable(*Analyse(sweep))), HasSubstr("\t\t\t\t\tother examples\t2\t"));
}

TEST(RenderLatex, IsEscapedBooktabs) {
  const std::string latex = RenderLatex(BuildTable(*Analyse(FakeSweep())));
  EXPECT_THAT(latex, HasSubstr("\\begin{tabular}{lrrrrrrrrrrl}\n\\toprule\nvariant & cross-entropy, nats & $\\Delta$"));
  EXPECT_THAT(latex, HasSubstr("\nno\\_ce & "));
  EXPECT_THAT(latex, HasSubstr(" $\\pm$ "));
  EXPECT_THAT(latex, HasSubstr(" & 14 \\% & "));
  EXPECT_THAT(latex, HasSubstr("\\bottomrule\n\\end{tabular}\n"));
  EXPECT_THAT(latex.substr(latex.find("\\begin")), Not(HasSubstr("−")));
}

TEST(EscapeLatex, SpecialCharacters) {
  EXPECT_EQ(EscapeLatex("a_b {50 %} \\ ^ −1"), "a\\_b \\{50 \\%\\} \\textbackslash{} \\textasciicircum{} $-$1");
}

}  // namespace
}  // namespace retort
