#include "framework/report/watch/metrics_log.h"

#include <filesystem>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "framework/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const StageId kStage{"no_ce", 2, "distil"};

class MetricsLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(::testing::TempDir(), "/metrics_log_test_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
  }
  StageFolder Folder() {
    return [this](const StageId& id) { return absl::StrCat(folder_, "/", id.variant, "-", id.seed, "-", id.stage); };
  }
  std::string Path() const { return absl::StrCat(folder_, "/no_ce-2-distil/metrics.jsonl"); }
  std::vector<nlohmann::json> Lines() const {
    std::vector<nlohmann::json> lines;
    for (const absl::string_view line : absl::StrSplit(*ReadFile(Path()), '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(line.begin(), line.end(), nullptr, false));
    }
    return lines;
  }
  std::vector<int> Steps() const {
    std::vector<int> steps;
    for (const nlohmann::json& line : Lines()) steps.push_back(line["step"]);
    return steps;
  }
  static StepRecord Step(int64_t step) {
    StepRecord record;
    record.step = step;
    record.tokens = 1024 * step;
    record.terms = {{"ce", 5, 2.1, 150}};
    record.loss = 10.5;
    record.clipped = true;
    return record;
  }

  std::string folder_;
};

TEST_F(MetricsLogTest, StepsAndEvaluations) {
  MetricsLog log(Folder());
  log.StageStarted(kStage, {0, 2, 10});
  log.StepDone(kStage, Step(1));
  log.Evaluated(kStage, {1, 1024, 0, 0, {{"masked_lm/cross_entropy", 6.25}}});
  log.Evaluated(kStage, {1, 1024, 0, 0, {{"masked_lm/cross_entropy", 6.5}}, /*out_of_patience=*/true});
  // Lines are on disk before the stage ends.
  const std::vector<nlohmann::json> lines = Lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["terms"]["ce"]["value"], 2.1);
  EXPECT_EQ(lines[0]["terms"]["ce"]["weighted"], 10.5);
  EXPECT_EQ(lines[0]["clipped"], true);
  EXPECT_EQ(lines[1]["metrics"]["masked_lm/cross_entropy"], 6.25);
  EXPECT_FALSE(lines[1].contains("out_of_patience"));
  EXPECT_EQ(lines[2]["out_of_patience"], true);
  EXPECT_TRUE(log.status().ok());
}

TEST_F(MetricsLogTest, NotFiniteIsSpelled) {
  MetricsLog log(Folder());
  log.StageStarted(kStage, {0, 2, 10});
  StepRecord record = Step(1);
  record.loss = std::numeric_limits<double>::quiet_NaN();
  log.StepDone(kStage, record);
  log.Evaluated(kStage, {1, 0, 0, 0, {{"m", -std::numeric_limits<double>::infinity()}}});
  EXPECT_EQ(Lines()[0]["loss"], "nan");
  EXPECT_EQ(Lines()[1]["metrics"]["m"], "-inf");
}

TEST_F(MetricsLogTest, ResumingCutsBackLaterSteps) {
  {
    MetricsLog log(Folder());
    log.StageStarted(kStage, {0, 10, 10});
    for (int step = 1; step <= 5; ++step) {
      log.StepDone(kStage, Step(step));
      if (step == 3) log.Evaluated(kStage, {3, 0, 0, 0, {}});
    }
  }
  // A kill in the middle of a write.
  ASSERT_TRUE(AtomicWriteFile(Path(), absl::StrCat(*ReadFile(Path()), "{\"step\":2,\"tok")).ok());
  MetricsLog log(Folder());
  log.StageStarted(kStage, {3, 10, 10});
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3, 3));
  log.StepDone(kStage, Step(4));
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3, 3, 4));
}

TEST_F(MetricsLogTest, SoundLinesEndBeforeDamageAndBeforeStepsThatAreMissing) {
  MetricsLog log(Folder());
  log.StageStarted(kStage, {0, 10, 10});
  for (int step = 1; step <= 4; ++step) log.StepDone(kStage, Step(step));
  log.Evaluated(kStage, {4, 0, 0, 0, {}});
  const std::string sound = *ReadFile(Path());
  EXPECT_EQ(ReadSoundLines(sound).text, sound);
  EXPECT_EQ(ReadSoundLines(sound).steps, 4);
  EXPECT_EQ(ReadSoundLines(sound, 2).steps, 2);
  EXPECT_EQ(ReadSoundLines(absl::StrReplaceAll(sound, {{"\"tokens\":3072", "\"tokens\":3073"}})).steps, 2);
  EXPECT_EQ(ReadSoundLines(sound.substr(0, sound.size() - 1)).steps, 4) << "the evaluation's line is cut";
  std::vector<std::string> lines = absl::StrSplit(sound, '\n');
  lines.erase(lines.begin() + 1);
  EXPECT_EQ(ReadSoundLines(absl::StrJoin(lines, "\n")).steps, 1);
  EXPECT_EQ(ReadSoundLines("").steps, 0);
}

TEST_F(MetricsLogTest, StartingAnewForgetsOldLines) {
  for (int i = 0; i < 2; ++i) {
    MetricsLog log(Folder());
    log.StageStarted(kStage, {0, 10, 10});
    log.StepDone(kStage, Step(1));
  }
  EXPECT_THAT(Steps(), ElementsAre(1));
}

TEST_F(MetricsLogTest, MembersOfACohortInterleave) {
  MetricsLog log(Folder());
  const StageId other{"base", 2, "distil"};
  log.StageStarted(kStage, {0, 2, 10});
  log.StageStarted(other, {0, 2, 10});
  log.StepDone(kStage, Step(1));
  log.StepDone(other, Step(1));
  log.StageEnded(other, absl::OkStatus());
  log.StepDone(kStage, Step(2));
  EXPECT_THAT(Steps(), ElementsAre(1, 2));
}

TEST_F(MetricsLogTest, FileInTheWayIsRemembered) {
  ASSERT_TRUE(MakeDirectories(folder_).ok());
  ASSERT_TRUE(AtomicWriteFile(absl::StrCat(folder_, "/no_ce-2-distil"), "x").ok());
  MetricsLog log(Folder());
  log.StageStarted(kStage, {0, 2, 10});
  log.StepDone(kStage, Step(1));
  EXPECT_THAT(std::string(log.status().message()), HasSubstr("no_ce-2-distil"));
}

}  // namespace
}  // namespace retort
