// Parameters of losses that go on from those of the stage before, trained.

#include <atomic>
#include <string>
#include <utility>

#include "ATen/core/Tensor.h"
#include "absl/strings/str_replace.h"
#include "framework/model/files/safetensors.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/run/run.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;
using testing::StatusIs;

constexpr char kProjection[] = "loss.cos.projection.weight";

// A stage that goes on with a loss that has a projection. Its first step moves nothing: its rate is 0.
constexpr char kTune[] = R"(
    stage {
      name: "tune"
      from: "@distil"
      data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
      batch { sequences: 4 }
      budget { steps: 1 }
      loss { name: "cos" hidden_mse { mapping { top {} } projection: SHARED } }
      adamw { learning_rate: 1e-2 }
      linear { warmup: 1 from_zero: true }
      carry: "cos"
    })";
constexpr char kDistil[] = "stage.distil.loss.cos.hidden_mse={ mapping { top {} } projection: SHARED }";

// Stops the run after so many steps of the stage.
class StopsAfter final : public Observer {
 public:
  StopsAfter(std::string stage, int64_t step, std::atomic<bool>* stop)
      : stage_(std::move(stage)), step_(step), stop_(stop) {}
  void StepDone(const StageId& id, const StepRecord& record) override {
    if (id.stage == stage_ && record.step == step_) stop_->store(true);
  }

 private:
  const std::string stage_;
  const int64_t step_;
  std::atomic<bool>* stop_;
};

class CarryTest : public ::testing::Test {
 protected:
  // With this in place of what the stage carries, and so many steps of it.
  absl::StatusOr<Plan> Make(const std::string& carry, const std::string& steps) {
    const std::string tune = absl::StrReplaceAll(kTune, {{"carry: \"cos\"", carry}});
    return sweep_.Make(sweep_.Text("controls: NONE", tune), {kDistil, "stage.tune.budget.steps=" + steps});
  }

  absl::Status Run(const Plan& plan, const Store& store, int64_t stop_after = 0) {
    std::atomic<bool> stop{false};
    StopsAfter stopper("tune", stop_after, &stop);
    MetricsLog log(
        [&](const StageId& id) { return store.Folder(plan.stages[plan.Find(id.variant, id.seed, id.stage)].key); });
    RunOptions options;
    options.observers = {&log, &stopper};
    options.stop = &stop;
    const auto failed = RunPlan(plan, options, store, sweep_.inputs());
    if (!failed.ok()) return failed.status();
    for (const auto& [index, status] : *failed) return status;
    return absl::OkStatus();
  }

  static at::Tensor Projection(const Plan& plan, const Store& store, const std::string& stage) {
    const std::string& key = plan.stages[plan.Find("base", plan.sweep.seeds.front(), stage)].key;
    const auto file = SafetensorsFile::Open(store.Folder(key) + "/loss_parameters.safetensors");
    EXPECT_THAT(file, IsOk());
    return (*file)->Read(kProjection).value();
  }

  const std::string kCarry = "carry: \"cos\"";
  testing::TestSweep sweep_;
};

TEST_F(CarryTest, TheProjectionBeginsAsTheStageBeforeLeftIt) {
  const auto plan = Make(kCarry, "1");
  ASSERT_THAT(plan, IsOk());
  const Store store(sweep_.folder() + "/store");
  ASSERT_THAT(Run(*plan, store), IsOk());
  EXPECT_TRUE(Projection(*plan, store, "tune").equal(Projection(*plan, store, "distil")));

  const auto anew = Make("", "1");
  ASSERT_THAT(anew, IsOk());
  ASSERT_THAT(Run(*anew, store), IsOk());
  EXPECT_FALSE(Projection(*anew, store, "tune").equal(Projection(*anew, store, "distil")));
}

TEST_F(CarryTest, StoppedAndResumedItIsTheSame) {
  const auto plan = Make(kCarry, "4");
  ASSERT_THAT(plan, IsOk());
  const Store whole(sweep_.folder() + "/whole"), resumed(sweep_.folder() + "/resumed");
  ASSERT_THAT(Run(*plan, whole), IsOk());
  ASSERT_THAT(Run(*plan, resumed, /*stop_after=*/2), StatusIs(absl::StatusCode::kCancelled, ::testing::_));
  ASSERT_THAT(Run(*plan, resumed), IsOk());
  EXPECT_TRUE(Projection(*plan, resumed, "tune").equal(Projection(*plan, whole, "tune")));
  EXPECT_FALSE(Projection(*plan, whole, "tune").equal(Projection(*plan, whole, "distil"))) << "nothing was trained";
}

}  // namespace
}  // namespace retort
