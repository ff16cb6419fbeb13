#include "framework/report/files/effects_table.h"

#include <optional>
#include <string>
#include <vector>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/files/tables.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const std::vector<TableCell>& row) {
  std::vector<std::string> texts;
  for (const TableCell& cell : row) texts.push_back(cell.text);
  return texts;
}

// a is 3 worse than base, with a standard error of √2 and Cochran's quantile, here t(1): p = 1 − 2/π · arctan(3/√2) is
// 0.2804, doubled for two contrasts.
TEST(BuildEffectsTable, HandWorked) {
  SweepResult sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", -2.96, std::nullopt, "arXiv:1910.01108 table 4"},
                     {"base", "GLUE", 1.0, {}, ""}};
  const Table table = BuildEffectsTable(*Analyse(sweep));
  std::vector<std::string> titles;
  for (const TableColumn& column : table.columns) titles.push_back(column.title);
  EXPECT_THAT(titles, ElementsAre("variant", "published Δ", "Δ to base here", "verdict", "p", "source"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(Texts(table.rows[0]), ElementsAre("a", "−2.96 GLUE macro", "cross-entropy +3 (−15 to 21) nats",
                                                "undetermined", "0.561", "arXiv:1910.01108 table 4"));
  EXPECT_THAT(Texts(table.rows[1]), ElementsAre("base", "+1 GLUE", "–", "not compared: the base itself", "–", "–"));
  EXPECT_EQ(table.note,
            "Verdicts compare directions, not sizes, as units differ: a published Δ above 0 is read as better, and one "
            "here as better where its metric is. A sign counts where p < 0.05, p of no difference by Holm’s procedure "
            "over 2 contrasts with a published Δ; the 95 % intervals are not corrected.");
}

TEST(BuildEffectsTable, WithAMargin) {
  const Table table = BuildEffectsTable(*Analyse(TaskSweep()));
  EXPECT_EQ(table.columns[5].title, "p equiv.");
  EXPECT_EQ(table.rows[0][3].text, "equivalent within ±3 points");
  EXPECT_THAT(table.note, HasSubstr(" Equivalent: two one-sided tests reject a difference beyond ±3 points, with p (p "
                                    "equiv.) likewise by Holm’s procedure and below 0.05."));
}

TEST(BuildEffectsTable, EmptyWithoutPublishedDeltas) {
  const Table table = BuildEffectsTable(*Analyse(TinySweep()));
  EXPECT_THAT(table.rows, IsEmpty());
  EXPECT_EQ(table.note, "");
}

}  // namespace
}  // namespace retort
