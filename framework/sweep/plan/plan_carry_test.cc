// Losses whose parameters go on from those of the stage before.

#include <string>
#include <vector>

#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;

constexpr char kTune[] = R"(
    stage {
      name: "tune"
      from: "@distil"
      data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
      batch { sequences: 4 }
      budget { steps: 3 }
      loss { name: "cos" hidden_mse { mapping { top {} } projection: SHARED } }
      loss { name: "mlm" masked_lm {} }
      adamw { learning_rate: 1e-3 }
    })";

class PlanCarryTest : public ::testing::Test {
 protected:
  // The loss "cos" of the stage `distil` is this, as hidden_mse takes it.
  absl::StatusOr<Plan> Make(const std::string& before, const std::vector<std::string>& more) {
    std::vector<std::string> set = {"stage.distil.loss.cos.hidden_mse=" + before};
    set.insert(set.end(), more.begin(), more.end());
    return sweep_.Make(sweep_.Text("controls: NONE", kTune), set);
  }

  std::string KeyOfTune(const std::vector<std::string>& more) {
    const auto plan = Make(kShared, more);
    EXPECT_THAT(plan, IsOk());
    return plan.ok() ? plan->stages[plan->Find("base", plan->sweep.seeds.front(), "tune")].key : "";
  }

  const std::string kShared = "{ mapping { top {} } projection: SHARED }";
  testing::TestSweep sweep_;
};

TEST_F(PlanCarryTest, IsPartOfTheKey) {
  const std::string key = KeyOfTune({});
  EXPECT_NE(KeyOfTune({"stage.tune.carry=[cos]"}), key);
  EXPECT_EQ(KeyOfTune({"stage.tune.carry=[cos]", "stage.tune.loss.cos.weight=0"}),
            KeyOfTune({"stage.tune.loss.cos.weight=0"}));
}

TEST_F(PlanCarryTest, WantsTheSameParametersInBothStages) {
  const std::string carry = "stage.tune.carry=[cos]";
  EXPECT_THAT(Make("{ mapping { top {} } projection: PER_LAYER }", {carry}),
              IsInvalidArgument("variant \"base\": stage \"tune\": carry: want from @distil what the loss \"cos\" has "
                                "here, loss.cos.projection.weight [16, 16], got loss.cos.projection.1.weight [16, "
                                "16]"));
  EXPECT_THAT(Make("{ mapping { top {} } }", {carry}), IsInvalidArgument("got no parameters"));
  EXPECT_THAT(Make(kShared, {carry, "stage.distil.loss.cos.weight=0"}), IsInvalidArgument("got no parameters"));
  EXPECT_THAT(Make(kShared, {"stage.tune.carry=[mlm]"}),
              IsInvalidArgument("carry: want losses with parameters of their own, got \"mlm\", which has none"));
}

TEST_F(PlanCarryTest, ControlsCarryNothing) {
  EXPECT_THAT(
      sweep_.Make(sweep_.Text("", kTune), {"stage.distil.loss.cos.hidden_mse=" + kShared, "stage.tune.carry=[cos]"}),
      IsOk());
}

}  // namespace
}  // namespace retort
