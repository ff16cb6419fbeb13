#include "framework/report/watch/live/plain_progress.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class PlainProgressTest : public ::testing::Test {
 protected:
  PlainProgressOptions Options() {
    PlainProgressOptions options;
    options.expected.runs = 2;
    options.expected.metrics = {{"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower, "sequence"}};
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

  static EvaluationRecord Evaluation(int64_t step, double value, bool out_of_patience = false) {
    return {step, 0, 0, 0, {{"masked_lm/cross_entropy", value}}, out_of_patience};
  }

  const StageId base_{"base", 1, "distil"}, hot_{"hot", 1, "distil"};
  std::vector<std::string> written_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
};

TEST_F(PlainProgressTest, HasALineForACohortAndTenth) {
  {
    PlainProgress progress(Options());
    progress.StageStarted(base_, {0, 100, 4300000});
    progress.StageStarted(hot_, {0, 100, 4300000});
    for (int step = 1; step <= 20; ++step) {
      now_ += absl::Milliseconds(100);
      progress.StepDone(base_, Step(step));
      progress.StepDone(hot_, Step(step));
    }
    progress.Evaluated(base_, Evaluation(20, 4.314));
    progress.Evaluated(hot_, Evaluation(20, 4.4));
    now_ += absl::Seconds(11);
    progress.StepDone(base_, Step(21));
    progress.StepDone(hot_, Step(21));
    progress.Evaluated(base_, Evaluation(21, 4.5, /*out_of_patience=*/true));
    progress.Evaluated(hot_, Evaluation(21, 4.4));
    progress.StageEnded(base_, absl::OkStatus());
    progress.StepDone(hot_, Step(22));
    progress.StageEnded(hot_, absl::InternalError("loss term ce is NaN"));
  }
  EXPECT_THAT(written_,
              ElementsAre("distil: 2 runs (base, hot; seed 1): 100 steps, 4.30 M parameters\n",
                          "distil: 10 % of 2 runs, base: ce 1.50; 1.00 k tokens/s, 0:09 left\n",
                          "distil: 20 % of 2 runs, base: ce 1.50; 1.00 k tokens/s, 0:08 left\n",
                          "distil: step 20: cross-entropy base 4.31 nats, hot 4.40 nats\n",
                          "0 of 2 runs done · 2 running · 1.00 k tokens/s · 0:49 left for these\n",
                          "distil: step 21: cross-entropy base 4.50 nats, hot 4.40 nats\n",
                          "base (seed 1) distil: ends at step 21, out of patience (keep.best.patience)\n",
                          "distil: 1 run done in 0:13\n", "hot (seed 1) distil stopped: loss term ce is NaN\n"));
}

TEST_F(PlainProgressTest, TakesTenLinesForManyStudents) {
  {
    PlainProgress progress(Options());
    std::vector<StageId> ids;
    for (int variant = 0; variant < 8; ++variant) {
      for (uint64_t seed = 1; seed <= 3; ++seed) ids.push_back({absl::StrCat("v", variant), seed, "distil"});
    }
    for (const StageId& id : ids) progress.StageStarted(id, {0, 50, static_cast<int64_t>(1 + id.seed) * 1000000});
    for (int step = 1; step <= 50; ++step) {
      for (const StageId& id : ids) progress.StepDone(id, Step(step));
    }
    for (const StageId& id : ids) progress.StageEnded(id, absl::OkStatus());
  }
  ASSERT_THAT(written_, SizeIs(12));
  EXPECT_EQ(written_.front(),
            "distil: 24 runs (v0, v1, v2, v3 and 4 more; seeds 1, 2, 3): 50 steps, 2.00 M to 4.00 M parameters\n");
  EXPECT_EQ(written_.back(), "distil: 24 runs done in 0:00\n");
}

TEST_F(PlainProgressTest, SaysWhenAllIsTrained) {
  PlainProgressOptions options = Options();
  options.expected.work = 300;
  options.expected.work_of = [](const StageId& id) { return id.stage == "distil" ? 100.0 : 200.0; };
  PlainProgress progress(std::move(options));
  progress.StageStarted(base_, {40, 100, 4300000});
  for (int step = 41; step <= 51; ++step) {
    now_ += absl::Seconds(1);
    progress.StepDone(base_, Step(step));
  }
  EXPECT_THAT(written_,
              ElementsAre("distil: 1 run (base; seed 1): 100 steps, 4.30 M parameters, going on after step 40\n",
                          "distil: 50 % of 1 run, base: ce 1.50; 1.00 k tokens/s, 0:50 left, 4:10 for all\n"));
}

}  // namespace
}  // namespace retort
