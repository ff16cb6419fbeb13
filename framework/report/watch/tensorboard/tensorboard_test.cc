#include "framework/report/watch/tensorboard/tensorboard.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/report/watch/tensorboard/tfrecord.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const StageId kStage{"base", 1, "distil"};

class TensorboardLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(::testing::TempDir(), "/tensorboard_test_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
  }
  TensorboardLog MakeLog() {
    return TensorboardLog([this](const StageId&) { return folder_; }, [] { return absl::FromUnixSeconds(1700000000); });
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
  }
  // Takes the framing apart again and checks it.
  static std::vector<tensorboard::Event> Events(const std::string& path) {
    std::vector<tensorboard::Event> events;
    const std::string bytes = *ReadFile(path);
    for (size_t at = 0; at < bytes.size();) {
      const size_t length = static_cast<unsigned char>(bytes[at]) + 256 * static_cast<unsigned char>(bytes[at + 1]);
      const std::string data = bytes.substr(at + 12, length);
      EXPECT_EQ(bytes.substr(at, length + 16), FrameRecord(data));
      events.emplace_back();
      EXPECT_TRUE(events.back().ParseFromString(data));
      at += length + 16;
    }
    return events;
  }
  static std::vector<std::pair<std::string, float>> Scalars(const tensorboard::Event& event) {
    std::vector<std::pair<std::string, float>> scalars;
    for (const tensorboard::Summary::Value& value : event.summary().value()) {
      EXPECT_TRUE(value.has_simple_value()) << value.tag();
      scalars.emplace_back(value.tag(), value.simple_value());
    }
    return scalars;
  }
  static StepRecord Step(int64_t step, bool clipped) {
    StepRecord record;
    record.step = step;
    record.tokens = 1024;
    record.terms = {{"ce", 5, 2, 150}};
    record.loss = 10;
    record.gradient_norm = 7;
    record.clipped = clipped;
    record.learning_rate = 0.25;
    record.tokens_per_second = 2000;
    return record;
  }

  std::string folder_;
};

TEST_F(TensorboardLogTest, ScalarsOfAStep) {
  TensorboardLog log = MakeLog();
  log.StageStarted(kStage, {0, 2, 10});
  log.StepDone(kStage, Step(1, true));
  log.StepDone(kStage, Step(2, false));
  log.Evaluated(kStage, {2, 0, 0, 0, {{"masked_lm/accuracy", 0}}});
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_THAT(Files()[0], HasSubstr("/events.out.tfevents.1700000000.000.retort"));
  const std::vector<tensorboard::Event> events = Events(Files()[0]);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[2].step(), 2);
  EXPECT_EQ(events[2].wall_time(), 1700000000);
  EXPECT_THAT(Scalars(events[2]),
              UnorderedElementsAre(Pair("loss/total", 10), Pair("loss/ce", 2), Pair("weighted_loss/ce", 10),
                                   Pair("gradient/norm", 7), Pair("gradient/clipped_share", 0.5f),
                                   Pair("optimizer/learning_rate", 0.25f), Pair("speed/tokens_per_second", 2000),
                                   Pair("tokens", 1024)));
  EXPECT_THAT(Scalars(events[3]), UnorderedElementsAre(Pair("eval/masked_lm/accuracy", 0)));
}

TEST_F(TensorboardLogTest, ResumingWritesALaterFileThatTakesBackLaterSteps) {
  TensorboardLog log = MakeLog();
  log.StageStarted(kStage, {0, 9, 10});
  log.StageEnded(kStage, absl::CancelledError("SIGTERM"));
  log.StageStarted(kStage, {5, 9, 10});
  ASSERT_EQ(Files().size(), 2u);
  const std::vector<tensorboard::Event> events = Events(Files()[1]);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].session_log().status(), tensorboard::SessionLog::START);
  EXPECT_EQ(events[1].step(), 6);
}

TEST_F(TensorboardLogTest, FileInTheWayIsRemembered) {
  ASSERT_TRUE(AtomicWriteFile(folder_, "x").ok());
  TensorboardLog log = MakeLog();
  log.StageStarted(kStage, {0, 9, 10});
  log.StepDone(kStage, Step(1, true));
  EXPECT_THAT(std::string(log.status().message()), HasSubstr(folder_));
  std::filesystem::remove(folder_);
}

}  // namespace
}  // namespace retort
