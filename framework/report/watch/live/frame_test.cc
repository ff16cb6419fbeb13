#include "framework/report/watch/live/frame.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/terminal/columns.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const absl::Time kStart = absl::FromUnixSeconds(1000);
constexpr char kHint[] = "Ctrl-C stops here and keeps what is done; the same command goes on from there";

class FrameTest : public ::testing::Test {
 protected:
  // Runs of 80 steps that are at `step`.
  static void Add(const std::string& variant, uint64_t seed, int64_t step, LiveRuns* runs, double ce = 1.1042) {
    const StageId id{variant, seed, "distil"};
    runs->Start(id, {0, 80, 1000000}, kStart);
    StepRecord record;
    record.step = step;
    record.terms = {{"ce", 5, ce, 10}, {"cos", 1, 0.1234, 10}};
    record.tokens_per_second = 2143;
    runs->Step(id, record);
  }

  static ExpectedTraining Expecting(int runs) {
    ExpectedTraining expected;
    expected.runs = runs;
    expected.metrics = {{"masked_lm/accuracy", "accuracy", Percent(), Better::kHigher, "sequence"},
                        {"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower, "sequence"}};
    expected.primary_metric = "masked_lm/cross_entropy";
    return expected;
  }
};

TEST_F(FrameTest, OneLinePerRun) {
  LiveRuns runs(Expecting(6));
  Add("base", 1, 40, &runs);
  Add("no_ce", 1, 20, &runs);
  // 40 of 80 steps in 20 s: 20 s left.
  const std::vector<FrameLine> lines = RenderFrame(runs, {120, 20}, kStart + absl::Seconds(20));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].text, "0 of 6 runs done · 2 running · 2.14 k tokens/s · 1:00 left for these");
  EXPECT_EQ(lines[0].style, LineStyle::kHeading);
  EXPECT_THAT(lines[1].text, StartsWith("base   seed 1  distil  ████████········  50 %  ce 1.10  cos 0.1234"));
  EXPECT_THAT(lines[1].text, EndsWith("2.14 k tok/s     0:20 left"));
  EXPECT_THAT(lines[2].text, StartsWith("no_ce  seed 1  distil  ████············  25 %"));
  EXPECT_EQ(DisplayWidth(lines[1].text), 120);
  EXPECT_EQ(DisplayWidth(lines[2].text), 120);
  EXPECT_EQ(lines[3].text, kHint);
  EXPECT_EQ(lines[3].style, LineStyle::kQuiet);
}

TEST_F(FrameTest, ShowsThePrimaryMetricWhereItIsKnown) {
  LiveRuns runs(Expecting(1));
  Add("base", 1, 40, &runs);
  runs.Evaluate({"base", 1, "distil"},
                {40, 0, 0, 0, {{"masked_lm/accuracy", 0.25}, {"masked_lm/cross_entropy", 4.314}}}, kStart);
  EXPECT_THAT(RenderFrame(runs, {120, 20}, kStart)[1].text, HasSubstr("50 %  cross-entropy 4.31 nats  ce 1.10"));
  runs.Evaluate({"base", 1, "distil"}, {60, 0, 0, 0, {{"masked_lm/accuracy", 0.25}}}, kStart);
  EXPECT_THAT(RenderFrame(runs, {120, 20}, kStart)[1].text, HasSubstr("50 %  accuracy 25.00 %  ce 1.10"));
}

TEST_F(FrameTest, NarrowTerminalsHaveTheMetricAndTheTime) {
  LiveRuns runs(Expecting(12));
  Add("hidden_attention", 1, 40, &runs);
  runs.Evaluate({"hidden_attention", 1, "distil"}, {40, 0, 0, 0, {{"masked_lm/cross_entropy", 4.314}}}, kStart);
  const std::vector<FrameLine> lines = RenderFrame(runs, {80, 24}, kStart + absl::Seconds(20));
  EXPECT_EQ(lines[0].text, "0 of 12 runs done · 1 running · 2.14 k tokens/s · 0:20 left for these");
  EXPECT_EQ(lines[1].text, "hidden_attention  seed 1  distil   50 %  cross-entropy 4.31 nats  ce…  0:20 left");
  EXPECT_EQ(RenderFrame(runs, {60, 24}, kStart + absl::Seconds(20))[0].text,
            "0 of 12 runs done · 1 running · 0:20 left for these");
  runs.End({"hidden_attention", 1, "distil"}, absl::OkStatus());
  EXPECT_EQ(RenderFrame(runs, {80, 24}, kStart)[1].text,
            "hidden_attention  seed 1  distil done  100 %  cross-entropy 4.31 nats  ce 1.10 …");
}

// Two stages of 80 steps, and a third of twice the work: 160 of 320 parts are done in 20 s.
TEST_F(FrameTest, SaysWhenAllIsTrained) {
  ExpectedTraining expected = Expecting(3);
  expected.work = 4;
  expected.work_of = [](const StageId& id) { return id.variant == "large" ? 2.0 : 1.0; };
  LiveRuns runs(expected);
  Add("base", 1, 80, &runs);
  runs.End({"base", 1, "distil"}, absl::OkStatus());
  Add("large", 1, 40, &runs);
  EXPECT_EQ(RenderFrame(runs, {120, 20}, kStart + absl::Seconds(20))[0].text,
            "1 of 3 runs done · 1 running · 2.14 k tokens/s · 0:20 left for these · 0:20 for all");
}

// An evaluation before the first step is long over when a step tells how fast they are.
TEST_F(FrameTest, TheEvaluationBeforeTheFirstStepIsNoStep) {
  ExpectedTraining expected = Expecting(1);
  expected.work = 1;
  expected.work_of = [](const StageId&) { return 1.0; };
  LiveRuns runs(expected);
  Add("base", 1, 0, &runs);
  runs.Evaluate({"base", 1, "distil"}, {0, 0, 0, 0, {{"masked_lm/cross_entropy", 9.0}}}, kStart + absl::Seconds(100));
  StepRecord step;
  step.step = 20;
  runs.Step({"base", 1, "distil"}, step);
  EXPECT_THAT(RenderFrame(runs, {120, 20}, kStart + absl::Seconds(110))[0].text,
              EndsWith("0:30 left for these · 0:30 for all"));
}

// A large part of the work went quickly, and what is left is slow: at the rate of all, it would end before itself.
TEST_F(FrameTest, AllIsNotTrainedBeforeItsRuns) {
  ExpectedTraining expected = Expecting(2);
  expected.work = 4;
  expected.work_of = [](const StageId& id) { return id.variant == "base" ? 3.0 : 1.0; };
  LiveRuns runs(expected);
  Add("base", 1, 80, &runs);
  runs.End({"base", 1, "distil"}, absl::OkStatus());
  Add("slow", 1, 40, &runs);
  EXPECT_THAT(RenderFrame(runs, {120, 20}, kStart + absl::Seconds(20))[0].text,
              EndsWith("0:20 left for these · 0:20 for all"));
}

TEST_F(FrameTest, GroupsByVariantWhereRunsDoNotFit) {
  LiveRuns runs(Expecting(27));
  for (int variant = 0; variant < 9; ++variant) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      const bool first = variant == 0 && seed == 1;
      Add(absl::StrCat("variant", variant), seed, 20 * static_cast<int64_t>(seed), &runs, first ? 4.1042 : 1.1042);
    }
  }
  runs.End({"variant0", 1, "distil"}, absl::OkStatus());
  for (const uint64_t seed : {1, 2}) {
    runs.Evaluate({"variant0", seed, "distil"}, {20, 0, 0, 0, {{"masked_lm/cross_entropy", 4.0 + 0.2 * seed}}}, kStart);
  }
  const std::vector<FrameLine> lines = RenderFrame(runs, {110, 20}, kStart + absl::Seconds(20));
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_THAT(lines[0].text, StartsWith("1 of 27 runs done · 26 running"));
  // Mean of ce: (4.1042 + 2 · 1.1042) / 3; mean progress (80 + 40 + 60) / 240: what ended is done.
  EXPECT_THAT(lines[1].text,
              StartsWith("variant0  3 seeds  1 done  ████████████····  75 %  cross-entropy 4.30 nats  ce"));
  EXPECT_THAT(lines[2].text, StartsWith("variant1  3 seeds  distil"));
}

TEST_F(FrameTest, FitsSmallTerminals) {
  LiveRuns runs(Expecting(9));
  for (uint64_t seed = 1; seed <= 9; ++seed) Add(absl::StrCat("a_variant_with_a_long_name_", seed), seed, 3, &runs);
  for (const int width : {20, 40, 60, 80}) {
    for (const int height : {1, 2, 3, 4, 7}) {
      const std::vector<FrameLine> lines = RenderFrame(runs, {width, height}, kStart + absl::Seconds(5));
      EXPECT_LE(static_cast<int>(lines.size()), std::max(1, height - 1));
      for (const FrameLine& line : lines) EXPECT_LE(DisplayWidth(line.text), width);
    }
  }
}

TEST_F(FrameTest, NamesFailuresAndHasNoHintAtTheEnd) {
  LiveRuns runs(Expecting(1));
  Add("no_ce", 2, 41, &runs);
  runs.End({"no_ce", 2, "distil"}, absl::InternalError("loss term ce is NaN at step 41"));
  const std::vector<FrameLine> lines = RenderFrame(runs, {100, 20}, kStart);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].text, "0 of 1 runs done · 1 stopped");
  EXPECT_EQ(lines[2].text, "no_ce (seed 2) distil stopped: loss term ce is NaN at step 41");
  EXPECT_EQ(lines[2].style, LineStyle::kFailure);
}

TEST_F(FrameTest, ResumedRunsCountOnlyTheirOwnTime) {
  ExpectedTraining expected = Expecting(1);
  expected.work = 80;
  expected.work_of = [](const StageId&) { return 80.0; };
  LiveRuns runs(expected);
  const StageId id{"base", 1, "distil"};
  runs.Start(id, {40, 80, 1000000}, kStart);
  StepRecord record;
  record.step = 60;  // 20 steps in 10 s, 20 to go.
  runs.Step(id, record);
  EXPECT_DOUBLE_EQ(runs.all()[0].seconds_left(kStart + absl::Seconds(10)), 10);
  EXPECT_DOUBLE_EQ(runs.SecondsLeft(kStart + absl::Seconds(10)), 10);
}

}  // namespace
}  // namespace retort
