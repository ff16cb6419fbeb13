#include "framework/sweep/teacher_cache/teacher_cache_plan.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/sweep/plan/cohorts.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"
#include "framework/sweep/test_plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "framework/train/teacher_cache/record_file.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;
using testing::kNoControls;

using Choice = TeacherCachePlan::Choice;

class TeacherCachePlanTest : public testing::PlanTest {
 protected:
  TeacherCachePlanTest() : store_(sweep_.folder() + "/store") {}

  TeacherCachePlan Of(const Plan& plan, const TeacherCacheSettings& settings = {}) const {
    const std::vector<std::vector<int>> cohorts = Cohorts(plan, store_.Done(plan), {});
    return PlanTeacherCache(plan, cohorts.front(), store_, settings);
  }

  // The folder of the base's teacher.
  std::string Name(const std::string& more = kNoControls, const std::vector<std::string>& set = {},
                   const std::string& computed_with = "") {
    return Of(Make(more, set), {0, computed_with, {}}).name;
  }

  const Store store_;
};

TEST_F(TeacherCachePlanTest, TheFolderStandsForWhatDecidesTheBits) {
  const std::string before = Name();
  for (const char* set : {
           "stage.distil.budget.steps=13",
           "stage.distil.loss.ce.soft_targets.temperature=3",
           "stage.distil.row_chunk=7",
           "stage.distil.adamw.learning_rate=2e-3",
           "stage.distil.checkpoint_steps=3",
           "student.architecture.hidden_dropout=0.2",
       }) {
    EXPECT_EQ(Name(kNoControls, {set}), before) << set;
  }
  for (const char* set : {
           "stage.distil.batch.micro_batches=2",
           "stage.distil.batch.sequences=7",
           "stage.distil.precision=BFLOAT16",
           "stage.distil.data.masked_lm.length=20",
       }) {
    EXPECT_NE(Name(kNoControls, {set}), before) << set;
  }
  EXPECT_NE(Name(kNoControls, {}, "threads 2"), before);
  EXPECT_NE(Name(absl::StrCat(kNoControls, "seeds: [2]")), before) << "other masks";
  testing::WriteTinyTeacher(sweep_.teacher(), /*seed=*/6);
  EXPECT_NE(Name(), before) << "another teacher";
  testing::WriteTinyTeacher(sweep_.teacher());
  EXPECT_EQ(Name(), before);
  testing::WriteTinyCorpus(sweep_.corpus(), 400, /*seed=*/2);
  EXPECT_NE(Name(), before) << "another text";
}

TEST_F(TeacherCachePlanTest, SeedsThatShareDataShareATeacherUnlessItHasDropout) {
  const auto names = [&](const std::string& more) {
    const Plan plan = Make(absl::StrCat(kNoControls, "seeds: [3, 4] share_data_across_seeds: true"), {more});
    std::vector<std::string> found;
    for (const uint64_t seed : {3, 4}) {
      found.push_back(PlanTeacherCache(plan, {plan.Find("base", seed, "distil")}, store_, {}).name);
    }
    return found;
  };
  const std::vector<std::string> plain = names("stage.distil.row_chunk=512");
  EXPECT_EQ(plain[0], plain[1]);
  const std::vector<std::string> dropout = names("teacher.dropout=true");
  EXPECT_NE(dropout[0], dropout[1]);
  EXPECT_NE(dropout[0], plain[0]);
}

// ce reads all rows and cos the last hidden states: 16 float32 values per token, and a header per step.
TEST_F(TeacherCachePlanTest, ChoosesByBytesAndTime) {
  const Plan plan = Make("");
  const TeacherReading& teaching = plan.stages[0].training().teaching;
  const double bytes = 12 * static_cast<double>(teaching.mean_step.tokens * 16 * 4 + RecordFile::kHeaderBytes);
  EXPECT_EQ(Of(plan).choice, Choice::kOff);
  EXPECT_EQ(Of(plan).steps, 12);
  EXPECT_EQ(Of(plan).kept_steps, 0);
  EXPECT_DOUBLE_EQ(Of(plan).bytes, bytes);

  EXPECT_EQ(Of(plan, {bytes, "", {}}).choice, Choice::kKeep);
  EXPECT_EQ(Of(plan, {bytes - 1, "", {}}).choice, Choice::kNoRoom);
  ASSERT_THAT(MakeDirectories(store_.Folder("teacher_cache/other")), IsOk());
  ASSERT_THAT(AtomicWriteFile(store_.Folder("teacher_cache/other/file"), "123"), IsOk());
  EXPECT_EQ(Of(plan, {bytes + 2, "", {}}).choice, Choice::kNoRoom) << "others take room too";
  EXPECT_EQ(Of(plan, {bytes + 2, "", {}}).bytes_left, bytes - 1);

  EXPECT_EQ(Of(plan, {1e9, "", 1e9}).choice, Choice::kKeep);
  const TeacherCachePlan slow = Of(plan, {1e9, "", 1e15});
  EXPECT_EQ(slow.choice, Choice::kSlow);
  EXPECT_DOUBLE_EQ(slow.read_seconds, bytes / kDiskBytesPerSecond);
  EXPECT_GT(slow.saved_seconds, 0);
  EXPECT_LT(slow.saved_seconds * 1e15, plan.stages[0].training().teacher_flops) << "the head is computed all the same";
}

TEST_F(TeacherCachePlanTest, ACohortWithoutATeacherHasNone) {
  const Plan plan = Make(kNoControls, {"stage.distil.loss.ce.weight=0", "stage.distil.loss.cos.weight=0"});
  const TeacherCachePlan planned = Of(plan, {1e9, "", {}});
  EXPECT_EQ(planned.name, "");
  EXPECT_EQ(planned.choice, Choice::kNothingToKeep);
  EXPECT_EQ(TaughtStage(plan, {0}), nullptr);
  EXPECT_FALSE(ReadsTeacherCache(plan, store_, {1e9, "", {}}));
}

TEST_F(TeacherCachePlanTest, KnowsThatALaterCohortReadsWhatAnEarlierOneKeeps) {
  const Plan plan = Make(absl::StrCat(
      kNoControls, "variant { name: \"longer\" overlay { stage { name: \"distil\" budget { steps: 14 } } } }"));
  ASSERT_EQ(Cohorts(plan, {}, {}).size(), 2u);
  EXPECT_FALSE(ReadsTeacherCache(plan, store_, {}));
  EXPECT_TRUE(ReadsTeacherCache(plan, store_, {1e9, "", {}}));
  EXPECT_FALSE(ReadsTeacherCache(Make(kNoControls), store_, {1e9, "", {}}));
}

}  // namespace
}  // namespace retort
