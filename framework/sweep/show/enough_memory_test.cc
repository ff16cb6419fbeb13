#include "framework/sweep/show/enough_memory.h"

#include <string>

#include "absl/strings/str_format.h"
#include "framework/base/file.h"
#include "framework/sweep/student/memory.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Of trainings and evaluations: describe_test.cc.

namespace retort {
namespace {

using testing::IsOk;
using testing::StatusIs;

TEST(EnoughMemoryTest, RefusesAnAugmentationThatDoesNotFit) {
  testing::TestSweep sweep;
  ASSERT_THAT(AtomicWriteFile(sweep.folder() + "/train.tsv", "text\tlabel\na b\t0\nb a\t1\nc b\t0\n"), IsOk());
  Plan plan = sweep
                  .Make(sweep.Text("controls: NONE", R"(stage {
                                 name: "more"
                                 data { table { train: "$/train.tsv" text: "text" label: "label" length: 8 } }
                                 augmentation {}
                               })"))
                  .value();
  const PlannedStage& more = plan.stages[plan.Find("base", 1, "more")];
  const double wanted = ProgramMemory(SharedEvaluationMemory({more.augmentation().memory}));
  const Store store(sweep.folder() + "/store");
  EXPECT_THAT(EnoughMemory(plan, store), IsOk()) << "nothing bounds it";
  plan.memory = {1e15, "free memory"};
  EXPECT_THAT(EnoughMemory(plan, store), IsOk());
  plan.memory->bytes = 0.1e9;
  EXPECT_THAT(EnoughMemory(plan, store),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       absl::StrFormat("memory: stage more, augmenting by %s, takes about %.3g GB, and 0.1 GB can be "
                                       "had (free memory); have a smaller model predict words (augmentation.model), "
                                       "or augment on a machine with more memory",
                                       sweep.teacher(), wanted / 1e9)));
}

}  // namespace
}  // namespace retort
