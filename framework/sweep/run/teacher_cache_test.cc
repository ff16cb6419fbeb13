// Sweeps that keep what their teacher gives, and read it.

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/run/run.h"
#include "framework/sweep/store/lease.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/teacher_cache/teacher_cache_plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

constexpr char kLater[] =
    "variant { name: \"later\" overlay { stage { name: \"distil\" loss { name: \"ce\" weight: 3 } remove: \"cos\" } } "
    "}";

class TeacherCacheRunTest : public ::testing::Test {
 protected:
  Plan Make(const std::string& more = "", const std::vector<std::string>& set = {}) {
    absl::StatusOr<Plan> plan = sweep_.Make(sweep_.Text(absl::StrCat("controls: NONE ", more)), set);
    EXPECT_THAT(plan, IsOk());
    return plan.ok() ? *std::move(plan) : Plan();
  }

  // Runs the plan with a store in the folder of this name; returns what was said.
  std::vector<std::string> Run(const Plan& plan, const std::string& store_name, double most_bytes) {
    const Store store = StoreOf(store_name);
    MetricsLog log(
        [&](const StageId& id) { return store.Folder(plan.stages[plan.Find(id.variant, id.seed, id.stage)].key); });
    std::vector<std::string> said;
    RunOptions options;
    options.observers = {&log};
    options.computed_with = "this machine";
    options.say = [&](const std::string& line) { said.push_back(line); };
    options.teacher_cache = Settings(most_bytes);
    const auto failed = RunPlan(plan, options, store, sweep_.inputs());
    EXPECT_THAT(failed, IsOk());
    EXPECT_THAT(failed.value_or(StageStatuses()), IsEmpty());
    return said;
  }

  Store StoreOf(const std::string& name) const { return Store(absl::StrCat(sweep_.folder(), "/", name)); }
  static TeacherCacheSettings Settings(double most_bytes) { return {most_bytes, "this machine", std::nullopt}; }

  TeacherCachePlan CacheOf(const Plan& plan, const std::string& store_name, double most_bytes = 1e9) const {
    return PlanTeacherCache(plan, Cohorts(plan, {}, {}).front(), StoreOf(store_name), Settings(most_bytes));
  }

  // The bytes of a variant's student.
  std::string Student(const Plan& plan, const std::string& variant, const std::string& store_name) const {
    const std::string& key = plan.stages[plan.Find(variant, plan.sweep.seeds.front(), "distil")].key;
    const auto bytes = ReadFile(StoreOf(store_name).Folder(key) + "/model/model.safetensors");
    EXPECT_THAT(bytes, IsOk());
    return bytes.value_or("");
  }

  testing::TestSweep sweep_;
};

TEST_F(TeacherCacheRunTest, AVariantAddedLaterReadsTheTeacherAndHasTheSameBits) {
  const Plan first = Make();
  EXPECT_THAT(Run(first, "kept", 1e9), ElementsAre("teacher of stage distil: 0 micro-batches read, 12 computed"));
  const TeacherCachePlan kept = CacheOf(first, "kept", 0);
  EXPECT_EQ(kept.kept_steps, 12);
  EXPECT_EQ(kept.choice, TeacherCachePlan::Choice::kNothingToKeep);
  EXPECT_FALSE(Exists(StoreOf("kept").Folder(kept.name) + "/lease"));

  const Plan second = Make(kLater);
  EXPECT_TRUE(ReadsTeacherCache(second, StoreOf("kept"), Settings(0)));
  EXPECT_THAT(Run(second, "kept", 0), ElementsAre("teacher of stage distil: 12 micro-batches read, 0 computed"));
  EXPECT_THAT(Run(second, "live", 0), IsEmpty()) << "there is no cache";
  for (const char* variant : {"base", "later"}) {
    EXPECT_EQ(Student(second, variant, "kept"), Student(second, variant, "live")) << variant;
  }
}

TEST_F(TeacherCacheRunTest, ALongerTrainingGoesOnWithWhatAShorterOneKept) {
  Run(Make(), "kept", 1e9);
  const Plan longer = Make("", {"stage.distil.budget.steps=15", "stage.distil.row_chunk=9"});
  EXPECT_EQ(CacheOf(longer, "kept").kept_steps, 12);
  EXPECT_THAT(Run(longer, "kept", 1e9), ElementsAre("teacher of stage distil: 12 micro-batches read, 3 computed"));
  Run(longer, "live", 0);
  EXPECT_EQ(Student(longer, "base", "kept"), Student(longer, "base", "live"));
  EXPECT_EQ(CacheOf(longer, "kept").kept_steps, 15);
}

TEST_F(TeacherCacheRunTest, WhoeverCannotWriteComputes) {
  const Plan plan = Make();
  const std::string folder = StoreOf("kept").Folder(CacheOf(plan, "kept").name);
  const auto lease = Lease::TryTake(folder);  // As another process that writes.
  ASSERT_THAT(lease, IsOk());
  EXPECT_THAT(Run(plan, "kept", 1e9), ElementsAre("teacher of stage distil: 0 micro-batches read, 12 computed"));
  EXPECT_EQ(CacheOf(plan, "kept").kept_steps, 0);
}

TEST_F(TeacherCacheRunTest, GoesOnWhereTheCacheIsDamagedOrRemoved) {
  const Plan first = Make(), second = Make(kLater);
  Run(second, "live", 0);
  Run(first, "kept", 1e9);
  const std::string path = StoreOf("kept").Folder(CacheOf(first, "kept").name) + "/hidden.2/000000";
  std::string bytes = ReadFile(path).value_or("");
  ASSERT_FALSE(bytes.empty());
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ASSERT_THAT(AtomicWriteFile(path, bytes), IsOk());
  EXPECT_THAT(Run(second, "kept", 0), ElementsAre(HasSubstr("the record of step 12, micro-batch 1 is damaged"),
                                                  "teacher of stage distil: 11 micro-batches read, 1 computed"));
  EXPECT_EQ(Student(second, "later", "kept"), Student(second, "later", "live"));

  std::error_code error;
  std::filesystem::remove_all(StoreOf("kept").Folder("teacher_cache"), error);
  ASSERT_FALSE(error);
  EXPECT_EQ(CacheOf(second, "kept", 0).choice, TeacherCachePlan::Choice::kOff);
  EXPECT_THAT(Run(second, "kept", 0), IsEmpty()) << "all is there";
}

}  // namespace
}  // namespace retort
