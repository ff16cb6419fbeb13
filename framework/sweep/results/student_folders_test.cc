#include "framework/sweep/results/student_folders.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

class StudentFoldersTest : public ::testing::Test {
 protected:
  StudentFoldersTest() : store_(sweep_.folder() + "/store"), output_(sweep_.folder() + "/runs/tiny") {}

  void PlanSweep(const std::string& stages) {
    plan_ = sweep_.Make(sweep_.Text("controls: NONE seeds: [1, 2]", stages)).value();
    result_.name = "tiny";
    result_.variants = {{"base", ""}};
    result_.seeds = {1, 2};
    for (const PlannedStage& stage : plan_.stages) {
      if (stage.trains()) Finish(stage);
    }
  }

  void Finish(const PlannedStage& stage) {
    EXPECT_THAT(store_.Begin(stage), IsOk());
    EXPECT_THAT(AtomicWriteFile(store_.Folder(stage.key) + "/metrics.jsonl", ""), IsOk());
    ParameterSet parameters(EncoderParameterSpecs(stage.config), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(1, 0.1, 0, &parameters);
    EXPECT_THAT(store_.PutStudent(stage, parameters, {}), IsOk());
  }

  testing::TestSweep sweep_;
  const Store store_;
  const std::string output_;
  Plan plan_;
  SweepResult result_;
};

TEST_F(StudentFoldersTest, LinksTheModelAndWritesACard) {
  PlanSweep("");
  for (int run = 0; run < 2; ++run) ASSERT_THAT(WriteStudentFolders(plan_, store_, result_, output_), IsOk());
  const std::string folder = output_ + "/students/base/seed_2";
  const std::filesystem::path link = std::filesystem::read_symlink(folder + "/config.json");
  EXPECT_TRUE(link.is_relative()) << link;
  EXPECT_THAT(LoadModel(folder), IsOk());
  const std::string card = *ReadFile(folder + "/README.md");
  EXPECT_THAT(card, HasSubstr("`distil`: 12 steps on "));
  EXPECT_THAT(card, HasSubstr("# tiny: base, seed 2"));
}

// The store's own check finds its files as they were.
TEST_F(StudentFoldersTest, LeavesTheStoreAsItIs) {
  PlanSweep("");
  ASSERT_THAT(WriteStudentFolders(plan_, store_, result_, output_), IsOk());
  EXPECT_THAT(store_.GetStudent(plan_.stages[plan_.Find("base", 1, "distil")].key), IsOk());
}

TEST_F(StudentFoldersTest, OneForEachTask) {
  PlanSweep(R"(
    for_each {
      task { name: "one" }
      task { name: "two" overlay { stage { name: "tune" budget { steps: 5 } } } }
      stage {
        name: "tune"
        from: "@distil"
        data { masked_lm { corpus: "$/corpus" length: 24 min_length: 4 } }
        batch { sequences: 4 }
        budget { steps: 3 }
        loss { name: "mlm" masked_lm {} }
        adamw { learning_rate: 1e-3 }
      }
    })");
  ASSERT_THAT(WriteStudentFolders(plan_, store_, result_, output_), IsOk());
  for (const char* stage : {"one_tune", "two_tune"}) {
    const std::string folder = absl::StrCat(output_, "/students/base/seed_1/", stage);
    EXPECT_TRUE(Exists(folder + "/model.safetensors")) << stage;
    EXPECT_THAT(*ReadFile(folder + "/README.md"), HasSubstr(absl::StrCat("# tiny: base, seed 1, ", stage, "\n")));
  }
  EXPECT_FALSE(Exists(output_ + "/students/base/seed_1/config.json"));
}

// The stage `evaluate` measures `distil`, `score` what goes on from it.
TEST_F(StudentFoldersTest, ACardHasTheResultsOfItsStudentAlone) {
  PlanSweep(
      absl::StrCat(testing::StageText("more"), "stage { name: 'score' evaluation { masked_lm { sequences: 8 } } }"));
  result_.metrics = {{"first/m", "first", Nats(), Better::kLower, "sequence"},
                     {"last/m", "last", Nats(), Better::kLower, "sequence"}};
  result_.runs.resize(1);
  result_.runs[0].variant = "base";
  result_.runs[0].seed = 1;
  result_.runs[0].scores = {{"evaluate", "report", {{"first/m", {{1}, {1}}}}, "", "", ""},
                            {"score", "report", {{"last/m", {{1}, {1}}}}, "", "", ""}};
  ASSERT_THAT(WriteStudentFolders(plan_, store_, result_, output_), IsOk());
  const std::string card = *ReadFile(output_ + "/students/base/seed_1/README.md");
  EXPECT_THAT(card, HasSubstr("| last, nats |"));
  EXPECT_THAT(card, Not(HasSubstr("first/m")));
}

TEST_F(StudentFoldersTest, NamesTheCheckpointOfATeacherThatWasTrained) {
  PlanSweep(absl::StrCat(
      testing::StageText("tutor", "from: 'TEACHER' loss { name: 'mlm' masked_lm {} }"),
      testing::StageText("taught", "teacher: '@tutor' loss { name: 'kd' soft_targets { temperature: 2 } }")));
  ASSERT_THAT(WriteStudentFolders(plan_, store_, result_, output_), IsOk());
  EXPECT_THAT(
      *ReadFile(output_ + "/students/base/seed_1/README.md"),
      HasSubstr(absl::StrCat("- teacher: `tutor`, trained in this experiment from `", sweep_.teacher(), "`\n")));
}

}  // namespace
}  // namespace retort
