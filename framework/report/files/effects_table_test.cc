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
using ::testing::Not;

std::vector<std::string> Texts(const std::vector<TableCell>& row) {
  std::vector<std::string> texts;
  for (const TableCell& cell : row) texts.push_back(cell.text);
  return texts;
}

// a is 3 worse than base on average, with two seeds of two examples: undetermined.
TEST(BuildEffectsTable, HandWorked) {
  SweepResult sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", -2.96, std::nullopt, "arXiv:1910.01108 table 4"},
                     {"base", "GLUE", 1.0, {}, ""}};
  const Table table = BuildEffectsTable(*Analyse(sweep));
  std::vector<std::string> titles;
  for (const TableColumn& column : table.columns) titles.push_back(column.title);
  EXPECT_THAT(titles, ElementsAre("variant", "published Δ", "source", "Δ to base here", "p", "verdict"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(Texts(table.rows[0]), ElementsAre("a", "−2.96 GLUE macro", "arXiv:1910.01108 table 4",
                                                "cross-entropy +3 nats (95 % CI −15 to 21)", "@P@", "undetermined"));
  EXPECT_THAT(Texts(table.rows[1]), ElementsAre("base", "+1 GLUE", "–", "–", "–", "not compared: the base itself"));
  EXPECT_EQ(table.note,
            "Verdicts compare directions, not sizes, as units differ: a published Δ above 0 is read as better, and one "
            "here as better where its metric is. A sign counts where p < 0.05, p of no difference by Holm’s procedure "
            "over 2 contrasts with a published Δ; the intervals are not corrected.");
}

TEST(BuildEffectsTable, WithAMargin) {
  const Table table = BuildEffectsTable(*Analyse(TaskSweep()));
  EXPECT_EQ(table.columns[5].title, "p of equivalence");
  EXPECT_EQ(table.rows[0].back().text, "equivalent within ±3 points");
  EXPECT_THAT(table.note, HasSubstr(" Equivalent: two one-sided tests reject a difference beyond ±3 points, p likewise "
                                    "by Holm’s procedure and below 0.05."));
}

TEST(BuildEffectsTable, EmptyWithoutPublishedDeltas) {
  const Table table = BuildEffectsTable(*Analyse(TinySweep()));
  EXPECT_THAT(table.rows, IsEmpty());
  EXPECT_EQ(table.note, "");
}

}  // namespace
}  // namespace retort
