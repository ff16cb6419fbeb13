#include "framework/report/watch/tensorboard/tensorboard.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/report/watch/metrics_log.h"
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
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() == ".retort") files.push_back(entry.path().string());
    }
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

// A run of six steps that is killed after the third or fourth and goes on from a checkpoint of the second.
TEST_F(TensorboardLogTest, AResumedStageSaysWhatAnUninterruptedOneSays) {
  const auto train = [&](int64_t first, int64_t last, int64_t second) {
    TensorboardLog log([this](const StageId&) { return folder_; }, [=] { return absl::FromUnixSeconds(second); });
    MetricsLog metrics([this](const StageId&) { return folder_; });
    for (Observer* observer : std::vector<Observer*>{&metrics, &log}) {
      observer->StageStarted(kStage, {first, 6, 10});
      for (int64_t step = first + 1; step <= last; ++step) {
        observer->StepDone(kStage, Step(step, step % 3 == 0));
        if (step % 2 == 0) observer->Evaluated(kStage, {step, 0, 0, 0, {{"masked_lm/accuracy", 0.1 * step}}});
      }
      observer->StageEnded(kStage, absl::OkStatus());
      EXPECT_TRUE(observer->status().ok()) << observer->status();
    }
  };
  const auto said = [&] {
    std::vector<std::pair<int64_t, std::vector<std::pair<std::string, float>>>> steps;
    EXPECT_EQ(Files().size(), 1u);
    for (const tensorboard::Event& event : Events(Files()[0])) steps.emplace_back(event.step(), Scalars(event));
    return steps;
  };
  train(0, 6, 1700000000);
  const auto whole = said();
  for (const int64_t killed : {3, 4}) {
    std::filesystem::remove_all(folder_);
    train(0, killed, 1700000000);
    const std::string torn = *ReadFile(Files()[0]);
    ASSERT_TRUE(AtomicWriteFile(Files()[0], torn.substr(0, torn.size() - 3)).ok());
    train(2, 6, 1700000100);
    EXPECT_EQ(said(), whole);
    const std::vector<tensorboard::Event> events = Events(Files()[0]);
    EXPECT_EQ(events[1].wall_time(), 1700000000) << "when the step was done";
    EXPECT_EQ(events.back().wall_time(), 1700000100);
  }
}

// Killed before its first checkpoint, a stage starts over.
TEST_F(TensorboardLogTest, AStageThatStartsOverForgetsItsEarlierFiles) {
  for (const int64_t last : {2, 1}) {
    TensorboardLog log = MakeLog();
    log.StageStarted(kStage, {0, 9, 10});
    for (int64_t step = 1; step <= last; ++step) log.StepDone(kStage, Step(step, false));
  }
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_EQ(Events(Files()[0]).size(), 2u);
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
