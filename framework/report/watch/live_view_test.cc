#include "framework/report/watch/live_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/report/analysis/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const absl::Time kStart = absl::FromUnixSeconds(1000);

LiveRun FakeRun(const std::string& variant, uint64_t seed, int64_t step) {
  LiveRun run;
  run.id = {variant, seed, "distil"};
  run.plan = {0, 80, 1000000};
  run.started = kStart;
  run.last.step = step;
  run.last.terms = {{"ce", 5, 1.1042, 10}, {"cos", 1, 0.1234, 10}};
  run.last.tokens_per_second = 2143;
  return run;
}

TEST(RenderLiveView, OneLinePerRun) {
  // 40 of 80 steps in 20 s: 20 s left.
  const std::vector<std::string> lines =
      RenderLiveView({FakeRun("base", 1, 40), FakeRun("no_ce", 1, 20)}, 6, 120, 20, kStart + absl::Seconds(20));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "0 of 6 runs done · 2 running · 2.14 k tokens/s · 1:00 left for these");
  EXPECT_THAT(lines[1], StartsWith("base   seed 1  distil  ████████········  50 %  ce 1.10  cos 0.1234"));
  EXPECT_THAT(lines[1], EndsWith("2.14 k tok/s     0:20 left"));
  EXPECT_THAT(lines[2], StartsWith("no_ce  seed 1  distil  ████············  25 %"));
  EXPECT_EQ(DisplayWidth(lines[1]), 120);
  EXPECT_EQ(DisplayWidth(lines[2]), 120);
}

TEST(RenderLiveView, GroupsByVariantWhereRunsDoNotFit) {
  std::vector<LiveRun> runs;
  for (int variant = 0; variant < 9; ++variant) {
    for (uint64_t seed = 1; seed <= 3; ++seed)
      runs.push_back(FakeRun(absl::StrCat("variant", variant), seed, 20 * seed));
  }
  runs[0].ended = true;
  runs[0].last.terms[0].value = 4.1042;
  const std::vector<std::string> lines = RenderLiveView(runs, 27, 110, 20, kStart + absl::Seconds(20));
  ASSERT_EQ(lines.size(), 10u);
  EXPECT_THAT(lines[0], StartsWith("1 of 27 runs done · 26 running"));
  // Mean of ce: (4.1042 + 2 · 1.1042) / 3; mean progress (80 + 40 + 60) / 240: what ended is done.
  EXPECT_THAT(lines[1], StartsWith("variant0  3 seeds  1 done  ████████████····  75 %  ce 2.10"));
  EXPECT_THAT(lines[2], StartsWith("variant1  3 seeds  distil"));
}

TEST(RenderLiveView, FitsNarrowTerminals) {
  for (const int width : {20, 40, 60, 80}) {
    for (const std::string& line :
         RenderLiveView({FakeRun("a_variant_with_a_long_name", 1, 3)}, 1, width, 20, kStart + absl::Seconds(5))) {
      EXPECT_LE(DisplayWidth(line), width);
    }
  }
}

TEST(RenderLiveView, NamesFailures) {
  LiveRun run = FakeRun("no_ce", 2, 41);
  run.ended = true;
  run.status = absl::InternalError("loss term ce is NaN at step 41");
  const std::vector<std::string> lines = RenderLiveView({run}, 1, 100, 20, kStart);
  EXPECT_EQ(lines[0], "0 of 1 runs done · 1 stopped");
  EXPECT_EQ(lines[2], "no_ce (seed 2) distil stopped: loss term ce is NaN at step 41");
}

TEST(RenderLiveView, ResumedRunsCountOnlyTheirOwnTime) {
  LiveRun run = FakeRun("base", 1, 60);
  run.plan.first_step = 40;  // 20 steps in 10 s, 20 to go.
  EXPECT_DOUBLE_EQ(run.seconds_left(kStart + absl::Seconds(10)), 10);
}

class LiveViewTest : public ::testing::Test {
 protected:
  LiveViewOptions Options(bool terminal) {
    LiveViewOptions options;
    options.metrics = {{"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower, "sequence"}};
    options.terminal = terminal;
    options.write = [this](absl::string_view text) { written_.emplace_back(text); };
    options.now = [this] { return now_; };
    return options;
  }
  static StepRecord Step(int64_t step) {
    StepRecord record;
    record.step = step;
    record.terms = {{"ce", 5, 1.5, 10}};
    record.tokens_per_second = 1000;
    return record;
  }

  std::vector<std::string> written_;
  absl::Time now_ = kStart;
};

TEST_F(LiveViewTest, RedrawsInPlaceAtMostFiveTimesPerSecond) {
  {
    LiveView view(Options(true));
    view.StageStarted({"base", 1, "distil"}, {0, 100, 10});
    for (int step = 1; step <= 100; ++step) {
      now_ += absl::Milliseconds(10);
      view.StepDone({"base", 1, "distil"}, Step(step));
    }
    EXPECT_EQ(written_.size(), 6u);  // At the start and 5 times in 1 s.
    EXPECT_THAT(written_[0], Not(StartsWith("\x1b[2A")));
    EXPECT_THAT(written_[1], StartsWith("\x1b[2A\r"));  // Two lines up: summary and run.
  }
  EXPECT_THAT(written_.back(), HasSubstr("100 %"));
}

TEST_F(LiveViewTest, PlainLinesElsewhere) {
  LiveView view(Options(false));
  const StageId id{"base", 1, "distil"};
  view.StageStarted(id, {0, 100, 4300000});
  for (int step = 1; step <= 20; ++step) {
    now_ += absl::Milliseconds(100);
    view.StepDone(id, Step(step));
  }
  view.Evaluated(id, {20, 0, 0, 0, {{"masked_lm/cross_entropy", 4.314}}});
  now_ += absl::Seconds(11);
  view.StepDone(id, Step(21));
  view.Evaluated(id, {21, 0, 0, 0, {{"masked_lm/cross_entropy", 4.5}}, /*out_of_patience=*/true});
  view.StageEnded(id, absl::OkStatus());
  EXPECT_THAT(written_, ElementsAre("base (seed 1) distil: 100 steps, 4.30 M parameters\n",
                                    "base (seed 1) distil: 10 %  ce 1.50  1.00 k tokens/s  0:09 left\n",
                                    "base (seed 1) distil: 20 %  ce 1.50  1.00 k tokens/s  0:08 left\n",
                                    "base (seed 1) distil: evaluated at step 20: cross-entropy 4.31 nats\n",
                                    StartsWith("0 of 1 runs done · 1 running"),
                                    "base (seed 1) distil: evaluated at step 21: cross-entropy 4.50 nats; training "
                                    "ends here, out of patience (keep.best.patience)\n",
                                    "base (seed 1) distil done in 0:13\n"));
}

}  // namespace
}  // namespace retort
