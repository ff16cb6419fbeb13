#ifndef RETORT_FRAMEWORK_SWEEP_TEST_PLAN_H_
#define RETORT_FRAMEWORK_SWEEP_TEST_PLAN_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// What tests of plans have in common.

namespace retort::testing {

inline constexpr char kNoControls[] = " controls: NONE ";

// Plans of a TestSweep. A plan that cannot be made fails the test, and is empty.
class PlanTest : public ::testing::Test {
 protected:
  // Of TestSweep::Text with `more`; `set` as on the command line.
  Plan Make(const std::string& more, const std::vector<std::string>& set = {}, const PlanOptions& options = {}) {
    return MakeText(sweep_.Text(more), set, options);
  }

  Plan MakeText(const std::string& text, const std::vector<std::string>& set = {}, const PlanOptions& options = {}) {
    absl::StatusOr<Plan> plan = sweep_.Make(text, set, options);
    EXPECT_THAT(plan, IsOk());
    return plan.ok() ? *std::move(plan) : Plan();
  }

  TestSweep sweep_;
};

// The stage of a variant. REQUIRES: there is one.
inline const PlannedStage& At(const Plan& plan, const std::string& variant, const std::string& stage,
                              uint64_t seed = 1) {
  const int index = plan.Find(variant, seed, stage);
  EXPECT_GE(index, 0) << variant << " " << stage;
  return plan.stages[index];
}

// "base/1/distil" for every user of a planned stage.
inline std::vector<std::string> Users(const PlannedStage& stage) {
  std::vector<std::string> users;
  for (const StageId& id : stage.used_by) users.push_back(id.variant + "/" + std::to_string(id.seed) + "/" + id.stage);
  return users;
}

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_SWEEP_TEST_PLAN_H_
