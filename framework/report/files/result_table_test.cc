#include "framework/report/files/result_table.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/files/tables.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr ResultLayout kCompact{/*compact=*/true, /*medians=*/false};

std::vector<std::string> Titles(const Table& table) {
  std::vector<std::string> titles;
  for (const TableColumn& column : table.columns) titles.push_back(column.title);
  return titles;
}

std::vector<std::string> Texts(const std::vector<TableCell>& row) {
  std::vector<std::string> texts;
  for (const TableCell& cell : row) texts.push_back(cell.text);
  return texts;
}

TEST(BuildTable, EveryRowHasEveryColumn) {
  const Table table = BuildTable(*Analyse(FakeSweep()), {});
  EXPECT_EQ(table.rows.size(), 10u);  // 9 variants and the teacher
  EXPECT_THAT(table.rows, Each(SizeIs(table.columns.size())));
  for (const std::vector<TableCell>& row : table.rows) {
    for (size_t c = 0; c < row.size(); ++c) EXPECT_EQ(row[c].values.size(), table.columns[c].fields.size());
  }
}

TEST(BuildTable, HandWorked) {
  const Table table = BuildTable(*Analyse(TinySweep()), kCompact);
  EXPECT_EQ(table.columns[1].title, "cross-entropy, nats");
  // a: 4 and 6, mean 5, standard deviation √2.
  EXPECT_EQ(table.rows[1][1].text, "5.0 ± 1.4");
  EXPECT_EQ(table.rows[0][1].text, "2.0 ± 0.0") << "of two equal seeds, as its neighbour";
  EXPECT_EQ(table.rows[0][2].text, "–");
  EXPECT_DOUBLE_EQ(*table.rows[1][2].values[0], 3);
}

TEST(BuildTable, SaysWhyThereIsNoDifference) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores[0].examples = run.variant;
  const Table table = BuildTable(*Analyse(sweep), kCompact);
  EXPECT_EQ(table.rows[1][1].text, "5.0 ± 1.4");
  EXPECT_EQ(table.rows[1][2].text, "other examples");
  EXPECT_THAT(table.rows[1][2].values, Each(std::optional<double>()));
}

TEST(BuildTable, ItsNoteSaysThatThereIsOneSeed) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(BuildTable(*Analyse(sweep), kCompact).note, HasSubstr("interval over seeds and held-out examples"));
  sweep.runs.erase(sweep.runs.begin() + 3);
  sweep.runs.erase(sweep.runs.begin() + 1);
  EXPECT_THAT(BuildTable(*Analyse(sweep), kCompact).note,
              HasSubstr("One seed; Δ: paired difference to base with its 95 % "
                        "interval over held-out examples,"));
}

TEST(BuildTable, ItsNoteSaysWhichIntervalsAreOverLess) {
  SweepResult sweep = TinySweep();
  sweep.variants.push_back({"b", ""});
  sweep.runs.push_back(sweep.runs[3]);
  sweep.runs.back().variant = "b";
  EXPECT_THAT(BuildTable(*Analyse(sweep), kCompact).note,
              HasSubstr("interval over seeds and held-out examples (over held-out examples only for b, of one seed)"));
  sweep.runs[2].scores[0].metrics["m/cross_entropy"] = {{4}, {1}};
  EXPECT_THAT(BuildTable(*Analyse(sweep), kCompact).note,
              HasSubstr("over seeds and held-out examples (over held-out examples only for b, of one seed; over seeds "
                        "only for a’s cross-entropy)"));
}

// What --only leaves of a sweep may lack its base.
TEST(BuildTable, NamesTheVariantThatOthersAreComparedWith) {
  SweepResult sweep = TinySweep();
  sweep.variants[0].name = sweep.runs[0].variant = sweep.runs[1].variant = "v";
  const Table table = BuildTable(*Analyse(sweep), kCompact);
  EXPECT_EQ(table.columns[2].title, "Δ to v, nats");
  EXPECT_THAT(table.note, HasSubstr("paired difference to v with"));
}

// A control may be the initial student: it takes no time and has no clipped steps.
TEST(BuildTable, WhatTrainsNothingHasNoCosts) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) {
    if (run.variant == "a") run.parameters = run.tokens = 0;
  }
  const std::vector<TableCell> row = BuildTable(*Analyse(sweep), kCompact).rows[1];
  for (size_t c = 3; c < 6; ++c) {  // Parameters, time, clipped.
    EXPECT_EQ(row[c].text, "–");
    EXPECT_FALSE(row[c].values[0].has_value());
  }
}

TEST(BuildTable, NamesFailedRuns) {
  SweepResult sweep = TinySweep();
  sweep.runs[3].error = "NaN";
  const Table table = BuildTable(*Analyse(sweep), kCompact);
  EXPECT_EQ(table.columns[3].title, "seeds");
  EXPECT_EQ(table.rows[0][3].text, "2");
  EXPECT_EQ(table.rows[1][3].text, "1 of 2");
  EXPECT_THAT(table.note, HasSubstr("Mean ± standard deviation over seeds;"));
}

TEST(BuildTable, SaysOnceHowManySeedsAllVariantsHave) {
  SweepResult sweep = TinySweep();
  const Table table = BuildTable(*Analyse(sweep), {});
  EXPECT_THAT(Titles(table), Not(Contains("seeds")));
  EXPECT_THAT(table.note, HasSubstr("Mean ± standard deviation over 2 seeds;"));
  EXPECT_THAT(Titles(BuildTable(*Analyse(sweep), {/*compact=*/false, /*medians=*/true, /*seeds=*/true})),
              Contains("seeds"));
  sweep.runs.pop_back();  // It has not run yet.
  EXPECT_THAT(Titles(BuildTable(*Analyse(sweep), {})), Contains("seeds"));
}

TEST(BuildTable, EverythingHasMediansAndCosts) {
  const Table table = BuildTable(*Analyse(TinySweep()), {});
  EXPECT_THAT(Titles(table),
              ElementsAre("variant", "cross-entropy, nats", "median, nats", "Δ to base, nats", "parameters", "tokens",
                          "FLOPs with teacher", "of which teacher", "time", "padding", "clipped"));
  EXPECT_EQ(table.rows[1][2].text, "–") << "of two seeds it is the mean";
  EXPECT_DOUBLE_EQ(*table.rows[1][2].values[0], 5);
  EXPECT_EQ(table.rows[1][6].text, "2.00 G");
  EXPECT_EQ(table.rows[1][7].text, "50 %");
  EXPECT_EQ(table.rows[1][8].text, "0:10");
  EXPECT_EQ(table.rows[1][9].text, "25 %");
  EXPECT_THAT(table.note, HasSubstr("Tokens, FLOPs, time and clipped steps: over all stages that train the student;"));
}

TEST(BuildTable, SaysHowMuchSmallerThanTheTeacherStudentsAre) {
  const Table table = BuildTable(*Analyse(FakeSweep()), {});
  const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                   [](const TableColumn& c) { return c.key == "compression"; });
  ASSERT_NE(column, table.columns.end());
  const auto place = column - table.columns.begin();
  EXPECT_EQ(table.rows[0][place].text, "11.4 x");
  EXPECT_EQ(table.rows.back()[0].text, "teacher");
  EXPECT_EQ(table.rows.back()[place].text, "–");
  EXPECT_EQ(table.rows.back()[place - 1].text, "110 M");
}

// One column per task under its name; mrpc's accuracy is in no average.
TEST(BuildTable, CompactAsPapersPrintTasks) {
  const Analysis analysis = *Analyse(TaskSweep());
  const Table table = BuildTable(analysis, kCompact);
  EXPECT_THAT(Titles(table),
              ElementsAre("variant", "macro, %", "Δ to base, points", "cola", "mrpc", "sst2", "parameters"));
  EXPECT_THAT(table.note, HasSubstr("Of the tasks: cola: Matthews, %; mrpc: F1, %; sst2: accuracy, %."));
  ASSERT_EQ(table.published.size(), 1u);
  EXPECT_THAT(Texts(table.published[0]), ElementsAre("base [1]", "77", "–", "51.3", "–", "91.3", "–"));
  EXPECT_THAT(table.note, HasSubstr("As published, in the source’s own unit: [1] arXiv:1910.01108 table 1."));
  EXPECT_THAT(Titles(BuildTable(analysis, {})), Contains("mrpc: accuracy, %"));
}

TEST(BuildTable, ATaskOfSeveralMetricsHasTheirNames) {
  SweepResult sweep = TaskSweep();
  sweep.macros[0].tasks[1].measured.push_back({"mrpc_score", "mrpc/classification/accuracy"});
  sweep.published.push_back({"random", "RTE", std::nullopt, 60.0, "another paper"});
  const Table table = BuildTable(*Analyse(sweep), kCompact);
  EXPECT_THAT(Titles(table), ElementsAre("variant", "macro, %", "Δ to base, points", "cola", "mrpc: accuracy, %",
                                         "mrpc: F1, %", "sst2", "parameters", "published"));
  EXPECT_EQ(table.rows[2].back().text, "60 RTE, another paper") << "no metric answers to it";
}

TEST(BuildTable, TeachersHaveTheirDeviation) {
  SweepResult sweep = TinySweep();
  for (const uint64_t seed : {1, 2}) {
    const double sum = 2 * static_cast<double>(seed);
    sweep.teachers.push_back({"@t", {"eval", "report", {{"m/cross_entropy", {{sum, 0}, {1, 1}}}}, "", ""}, seed});
  }
  Table table = BuildTable(*Analyse(sweep), kCompact);
  EXPECT_EQ(table.rows[2][0].text, "teacher");
  EXPECT_EQ(table.rows[2][1].text, "1.5 ± 0.7");
  EXPECT_THAT(table.note, HasSubstr(" teacher: mean ± standard deviation over the seeds of its training."));
  sweep.teachers.pop_back();
  table = BuildTable(*Analyse(sweep), kCompact);
  EXPECT_EQ(table.rows[2][1].text, "1.0");
  EXPECT_THAT(table.note, Not(HasSubstr("training.")));
}

TEST(BuildTableForTerminal, MediansWhereThereIsRoom) {
  const Analysis analysis = *Analyse(TaskSweep());
  const Table wide = BuildTableForTerminal(analysis, 200), narrow = BuildTableForTerminal(analysis, 100);
  EXPECT_THAT(Titles(wide), Contains("median, %"));
  EXPECT_THAT(Titles(narrow), Not(Contains("median, %")));
  EXPECT_LE(TextWidth(narrow), 100);
  EXPECT_THAT(Titles(BuildTableForTerminal(*Analyse(TinySweep()), 200)), Not(Contains("median, nats")));
}

}  // namespace
}  // namespace retort
