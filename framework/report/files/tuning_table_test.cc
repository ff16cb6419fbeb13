#include "framework/report/files/tuning_table.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

SweepResult Tuned() {
  SweepResult result = TinySweep();
  TunedStage tuned{"a", "distil", "select", 9, result.metrics[0], {}};
  tuned.points = {{"learning_rate=0.1", std::nullopt, "loss is NaN"}, {"learning_rate=0.01", 2.5, ""}};
  tuned.chosen = 1;
  result.tuning = {tuned};
  return result;
}

TEST(BuildTuningTable, SaysWhatWasTriedAndWhatWasChosen) {
  const Table table = BuildTuningTable(Tuned());
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0][4].text, "stopped: loss is NaN");
  EXPECT_EQ(table.rows[0][5].text, kNothing);
  EXPECT_EQ(table.rows[1][2].text, "learning_rate=0.01");
  EXPECT_EQ(table.rows[1][3].text, "cross-entropy");
  EXPECT_EQ(table.rows[1][4].values[0], 2.5);
  EXPECT_THAT(table.rows[1][4].text, HasSubstr("2.5"));
  EXPECT_THAT(table.rows[1][4].text, HasSubstr("nats"));
  EXPECT_EQ(table.rows[1][5].text, "chosen");
  EXPECT_THAT(table.note, HasSubstr("with seed 9 on the split select"));
  EXPECT_THAT(RenderText(table, 120), HasSubstr("learning_rate=0.01"));
}

TEST(BuildTuningTable, IsEmptyWithoutASearch) { EXPECT_THAT(BuildTuningTable(TinySweep()).rows, IsEmpty()); }

}  // namespace
}  // namespace retort
