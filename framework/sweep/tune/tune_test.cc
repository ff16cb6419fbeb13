#include "framework/sweep/tune/tune.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/run/run.h"
#include "framework/sweep/test_sweep.h"
#include "framework/sweep/tune/search.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

// Held-out sequences of the select split by which the stage `distil` is tuned.
const std::vector<std::string>& Evaluated() {
  static const auto* const set = new std::vector<std::string>{"stage.distil.evaluate={ every_steps: 6 sequences: 8 }"};
  return *set;
}

constexpr char kTasks[] = R"(
    for_each {
      task { name: "one" }
      task { name: "two" overlay { stage { name: "tune" data { masked_lm { corpus: "$/other" } } } } }
      stage {
        name: "tune"
        from: "@distil"
        data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
        batch { sequences: 4 }
        budget { steps: 3 }
        loss { name: "mlm" masked_lm {} }
        adamw { learning_rate: 1e-3 }
        evaluate { every_steps: 3 sequences: 8 }
      }
      stage { name: "score" evaluation { masked_lm { sequences: 8 } } }
    })";

class TuneTest : public ::testing::Test {
 protected:
  TuneTest() : store_(sweep_.folder() + "/store"), inputs_(sweep_.folder() + "/tokens", /*threads=*/1) {
    testing::WriteTinyCorpus(sweep_.folder() + "/other", 400, /*seed=*/2);
  }

  // Tunes, and trains what the search lacks.
  absl::StatusOr<Tuned> Run(const std::string& more, const std::string& stages = "",
                            const std::vector<std::string>& set = Evaluated()) {
    return TuneSweep(sweep_.Expanded(sweep_.Text(more, stages), set), options_, Search(), store_, &inputs_);
  }

  RunsSearch Search() {
    return [this](const Plan& plan) -> absl::StatusOr<std::optional<StageStatuses>> {
      planned_ = static_cast<int>(plan.stages.size());
      seed_ = plan.stages.front().seed;
      lacking_ = planned_ - static_cast<int>(store_.Done(plan).size());
      variants_.clear();
      for (const ExpandedVariant& variant : plan.sweep.variants) variants_.push_back(variant.name);
      MetricsLog log(
          [&](const StageId& id) { return store_.Folder(plan.stages[plan.Find(id.variant, id.seed, id.stage)].key); });
      RunOptions run;
      run.observers = {&log};
      absl::StatusOr<StageStatuses> failed = RunPlan(plan, run, store_, &inputs_);
      if (!failed.ok()) return failed.status();
      return std::make_optional(*std::move(failed));
    };
  }

  testing::TestSweep sweep_;
  const Store store_;
  Inputs inputs_;
  PlanOptions options_;
  int planned_ = 0, lacking_ = 0;  // Stages of the last search.
  uint64_t seed_ = 0;              // Of its first stage.
  std::vector<std::string> variants_;
};

const Stage& StageOf(const ExpandedSweep& sweep, const std::string& variant, const std::string& name) {
  for (const ExpandedVariant& candidate : sweep.variants) {
    if (candidate.name != variant) continue;
    for (const Stage& stage : candidate.experiment.stage()) {
      if (stage.name() == name) return stage;
    }
  }
  ADD_FAILURE() << "no stage " << name << " of " << variant;
  return Stage::default_instance();
}

// What the best of the points reached, where low is good.
double Lowest(const TunedStage& tuned) {
  double lowest = INFINITY;
  for (const TunedStage::Point& point : tuned.points) lowest = std::min(lowest, point.score.value_or(INFINITY));
  return lowest;
}

TEST_F(TuneTest, WithoutASearchNothingChanges) {
  const absl::StatusOr<Tuned> tuned = Run("controls: NONE");
  ASSERT_THAT(tuned, IsOk());
  EXPECT_THAT(tuned->stages, IsEmpty());
  EXPECT_EQ(planned_, 0);
}

TEST_F(TuneTest, EveryVariantIsTrainedWithItsBest) {
  const std::string text =
      "tune { learning_rate: [1e-4, 3e-2, 5] } variant { name: \"gold\" overlay { stage { name: \"distil\" "
      "remove: [\"ce\", \"cos\"] } } }";
  const absl::StatusOr<Tuned> tuned = Run(text);
  ASSERT_THAT(tuned, IsOk());
  ASSERT_THAT(tuned->stages, SizeIs(4)) << "base, gold, and the controls";
  EXPECT_THAT(variants_, SizeIs(12));
  EXPECT_EQ(variants_[1], "base,learning_rate=0.03");
  for (const TunedStage& stage : tuned->stages) {
    SCOPED_TRACE(stage.variant);
    EXPECT_EQ(stage.stage, "distil");
    EXPECT_EQ(stage.metric.name, "masked_lm/cross_entropy");
    EXPECT_EQ(stage.seed, 2u) << "none of the sweep's";
    ASSERT_THAT(stage.points, SizeIs(3));
    EXPECT_EQ(*stage.points[stage.chosen].score, Lowest(stage));
    const double rates[] = {1e-4, 3e-2, 5};
    EXPECT_EQ(StageOf(tuned->sweep, stage.variant, "distil").adamw().learning_rate(), rates[stage.chosen]);
  }
  EXPECT_EQ(tuned->stages[0].chosen, 1u) << "neither too small for twelve steps nor too large";
  EXPECT_FALSE(tuned->sweep.controls);
  EXPECT_FALSE(tuned->sweep.tune.has_value());

  EXPECT_EQ(lacking_, planned_);
  ASSERT_THAT(Run(text), IsOk());
  EXPECT_EQ(lacking_, 0) << "a second start computes nothing";
}

TEST_F(TuneTest, TheFirstOfEqualsIsChosen) {
  const absl::StatusOr<Tuned> tuned = Run("controls: NONE tune { learning_rate: [1e-30, 2e-30] }");
  ASSERT_THAT(tuned, IsOk());
  const TunedStage& stage = tuned->stages[0];
  ASSERT_EQ(stage.points[0].score, stage.points[1].score) << "too small to change any bit";
  EXPECT_EQ(stage.chosen, 0u);
}

TEST_F(TuneTest, HighIsBestWhereTheMetricSaysSo) {
  const absl::StatusOr<Tuned> tuned =
      Run("controls: NONE tune { learning_rate: [1e-4, 3e-2] metric: \"masked_lm/accuracy\" }");
  ASSERT_THAT(tuned, IsOk());
  const TunedStage& stage = tuned->stages[0];
  EXPECT_EQ(stage.chosen, *stage.points[1].score > *stage.points[0].score ? 1u : 0u);
}

// It stops, and is chosen by nobody.
TEST_F(TuneTest, APointThatFailsSaysWhy) {
  const absl::StatusOr<Tuned> tuned = Run("controls: NONE tune { learning_rate: [1e30, 1e-3] }");
  ASSERT_THAT(tuned, IsOk());
  const TunedStage& stage = tuned->stages[0];
  EXPECT_THAT(stage.points[0].error, HasSubstr("want a finite value"));
  EXPECT_FALSE(stage.points[0].score.has_value());
  EXPECT_EQ(stage.chosen, 1u);
  const absl::StatusOr<Tuned> none = Run("controls: NONE tune { learning_rate: 1e30 }");
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->stages[0].chosen, 0u);
}

TEST_F(TuneTest, EachTaskChoosesForItself) {
  const absl::StatusOr<Tuned> tuned =
      Run("controls: NONE tune { learning_rate: [1e-5, 3e-2] sequences: [4, 8] }", kTasks, {});
  ASSERT_THAT(tuned, IsOk());
  ASSERT_THAT(tuned->stages, SizeIs(2));
  EXPECT_EQ(planned_, 1 + 4 * 4) << "the shared stage once; of each point two trainings and two evaluations";
  for (const TunedStage& stage : tuned->stages) {
    ASSERT_THAT(stage.points, SizeIs(4));
    EXPECT_EQ(*stage.points[stage.chosen].score, Lowest(stage));
    const Stage& chosen = StageOf(tuned->sweep, "base", stage.stage);
    EXPECT_EQ(absl::StrCat("learning_rate=", chosen.adamw().learning_rate() < 1e-3 ? "1e-05" : "0.03",
                           ",sequences=", chosen.batch().sequences()),
              stage.points[stage.chosen].setting);
  }
  EXPECT_EQ(StageOf(tuned->sweep, "base", "distil").adamw().learning_rate(), 1e-3) << "not tuned";
}

TEST_F(TuneTest, AStageWithASeedIsTunedWithAnother) {
  ASSERT_THAT(Run("controls: NONE tune { learning_rate: 1e-3 }", "",
                  {"stage.distil.evaluate={ every_steps: 6 sequences: 8 }", "stage.distil.seed=1"}),
              IsOk());
  EXPECT_EQ(seed_, 2u);
}

// Stages behind the tuned one are none of the search's.
TEST_F(TuneTest, ANamedStageIsTunedWithoutWhatFollows) {
  const absl::StatusOr<Tuned> tuned =
      Run("controls: NONE tune { learning_rate: [1e-4, 3e-2] stage: \"distil\" }", kTasks);
  ASSERT_THAT(tuned, IsOk());
  EXPECT_EQ(planned_, 4);
  EXPECT_EQ(tuned->stages[0].stage, "distil");
}

TEST_F(TuneTest, OnlyChosenVariantsAreTuned) {
  options_.only = {"init_only"};
  const absl::StatusOr<Tuned> tuned = Run("tune { learning_rate: [1e-4, 3e-2] }");
  ASSERT_THAT(tuned, IsOk());
  ASSERT_THAT(tuned->stages, SizeIs(1));
  EXPECT_EQ(tuned->stages[0].variant, "init_only");
}

TEST_F(TuneTest, WhoOnlyLooksPlansWithTheFirstPoint) {
  const ExpandedSweep sweep =
      sweep_.Expanded(sweep_.Text("controls: NONE tune { learning_rate: [2e-4, 3e-2] }"), Evaluated());
  const RunsSearch look = [](const Plan&) -> absl::StatusOr<std::optional<StageStatuses>> { return std::nullopt; };
  const absl::StatusOr<Tuned> tuned = TuneSweep(sweep, options_, look, store_, &inputs_);
  ASSERT_THAT(tuned, IsOk());
  EXPECT_THAT(tuned->stages, IsEmpty());
  EXPECT_EQ(StageOf(tuned->sweep, "base", "distil").adamw().learning_rate(), 2e-4);
  EXPECT_THAT(tuned->warnings,
              ElementsAre("what tune chooses is known once its search is done; until then all stages are planned with "
                          "learning_rate=2e-04, the first that it tries"));
}

// What is trained after it may be.
TEST_F(TuneTest, TheSearchIsNotCut) {
  const absl::StatusOr<Tuned> tuned = Run("controls: NONE most_minutes: 1e-9 tune { learning_rate: [1e-4, 3e-2] }");
  ASSERT_THAT(tuned, IsOk());
  EXPECT_EQ(tuned->sweep.most_minutes, 1e-9);
  EXPECT_EQ(StageOf(tuned->sweep, "base", "distil").budget().steps(), 12);
  EXPECT_THAT(tuned->warnings, ElementsAre(HasSubstr("the search of tune trains all of its steps")));
}

TEST_F(TuneTest, Errors) {
  EXPECT_THAT(Run("tune { learning_rate: 1e-3 metric: \"masked_lm/perplexity\" }"),
              IsInvalidArgument(
                  "tune: metric: want one of masked_lm/cross_entropy, masked_lm/kl_to_teacher, masked_lm/accuracy"));
  EXPECT_THAT(Run("tune { learning_rate: 1e-3 }",
                  "stage { name: \"other\" from: \"@distil\" evaluation { masked_lm { split: \"select\" "
                  "sequences: 8 } } }"),
              IsInvalidArgument("tune: split: want a part of the data that the report never uses, got \"select\", "
                                "which stage \"other\" measures"));
  const RunsSearch stopped = [](const Plan&) -> absl::StatusOr<std::optional<StageStatuses>> {
    return absl::CancelledError("stopped");
  };
  const ExpandedSweep sweep = sweep_.Expanded(sweep_.Text("tune { learning_rate: 1e-3 }"), Evaluated());
  EXPECT_THAT(TuneSweep(sweep, options_, stopped, store_, &inputs_), StatusIs(absl::StatusCode::kCancelled, "stopped"));
}

}  // namespace
}  // namespace retort
