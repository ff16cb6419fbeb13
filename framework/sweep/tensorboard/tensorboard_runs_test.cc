#include "framework/sweep/tensorboard/tensorboard_runs.h"

#include <filesystem>

#include "framework/base/file.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;

TEST(TensorboardRunsTest, RunsAreNamedAsPeopleKnowThem) {
  testing::TestSweep sweep;
  const Store store(sweep.folder() + "/store");
  const std::string output = sweep.folder() + "/runs/tiny", runs = output + "/tensorboard/tiny";
  const Plan plan = sweep.Make(sweep.Text("controls: NONE seeds: [1, 2]")).value();
  for (int run = 0; run < 2; ++run) ASSERT_THAT(LinkTensorboardRuns(plan, store, output), IsOk());
  const std::string folder = store.Folder(plan.stages[plan.Find("base", 2, "distil")].key);
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder + "/events.out.tfevents.1.retort", "curves"), IsOk());
  EXPECT_TRUE(std::filesystem::read_symlink(runs + "/base/seed_2/distil").is_relative());
  EXPECT_EQ(ReadFile(runs + "/base/seed_2/distil/events.out.tfevents.1.retort").value_or(""), "curves");
  EXPECT_FALSE(Exists(runs + "/base/seed_2/evaluate")) << "it trains nothing";

  SweepResult result = TinySweep();
  result.name = "tiny";
  ASSERT_THAT(WriteTensorboardHparams(result, absl::FromUnixSeconds(1), output), IsOk());
  EXPECT_TRUE(Exists(runs + "/events.out.tfevents.0000000000.hparams.retort"));
  EXPECT_TRUE(Exists(runs + "/base/seed_2/events.out.tfevents.0000000000.hparams.retort"));

  ASSERT_THAT(LinkTensorboardRuns(plan, store, output), IsOk());
  EXPECT_FALSE(Exists(runs + "/base/seed_2/events.out.tfevents.0000000000.hparams.retort")) << "of the earlier run";
  EXPECT_TRUE(Exists(folder + "/events.out.tfevents.1.retort")) << "the store keeps its files";
}

}  // namespace
}  // namespace retort
