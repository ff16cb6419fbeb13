#include "framework/sweep/run/speed.h"

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;

StepRecord Step(int64_t step, int64_t tokens, double student_flops, double total_flops, double tokens_per_second) {
  StepRecord record;
  record.step = step;
  record.tokens = tokens;
  record.student_flops = student_flops;
  record.total_flops = total_flops;
  record.tokens_per_second = tokens_per_second;
  return record;
}

TEST(SpeedMeter, KnowsNothingFromFirstSteps) {
  SpeedMeter meter;
  EXPECT_EQ(meter.flops_per_second(), std::nullopt);
  meter.StepDone({"base", 1, "distil"}, Step(1, 10, 100, 150, 5));
  meter.StepDone({"hot", 1, "distil"}, Step(1, 10, 100, 150, 5));
  EXPECT_EQ(meter.flops_per_second(), std::nullopt);
  EXPECT_THAT(meter.Speeds(2), IsEmpty());
}

// The second step sees 20 tokens at 10 a second. Each student takes 200 operations; the teacher, which the second
// member reads deeper than the first, 70 once: (2 · 200 + 70) / 2.
TEST(SpeedMeter, CountsACohortsSecondsAndTeacherOnce) {
  SpeedMeter meter;
  meter.StepDone({"base", 1, "distil"}, Step(1, 10, 100, 120, 5));
  meter.StepDone({"deep", 1, "distil"}, Step(1, 10, 100, 135, 5));
  meter.StepDone({"base", 1, "distil"}, Step(2, 30, 300, 360, 10));
  meter.StepDone({"deep", 1, "distil"}, Step(2, 30, 300, 405, 10));
  EXPECT_DOUBLE_EQ(meter.flops_per_second().value(), 235);
  ASSERT_THAT(meter.Speeds(2), SizeIs(1));
  const TrainingSpeed speed = meter.Speeds(2).front();
  EXPECT_DOUBLE_EQ(speed.shape.flops_per_token, 10);  // 400 operations for 2 times 20 tokens.
  EXPECT_DOUBLE_EQ(speed.shape.teacher_share, 70.0 / 470);
  EXPECT_DOUBLE_EQ(speed.shape.tokens_per_step, 20);
  EXPECT_EQ(speed.threads, 2);
  EXPECT_DOUBLE_EQ(speed.flops_per_second, 235);
  // Another step of 20 tokens in half a second, of one student alone: 670 in 2.5 s.
  meter.StepDone({"base", 1, "distil"}, Step(3, 50, 500, 560, 40));
  EXPECT_DOUBLE_EQ(meter.flops_per_second().value(), 268);
}

TEST(SpeedMeter, KeepsStagesApartWhoseStepsHaveOneNumber) {
  SpeedMeter meter;
  meter.StepDone({"base", 1, "general"}, Step(1, 10, 100, 100, 5));
  meter.StepDone({"base", 1, "general"}, Step(2, 20, 200, 200, 5));
  meter.StepDone({"base", 1, "task"}, Step(1, 10, 100, 100, 10));
  meter.StepDone({"base", 1, "task"}, Step(2, 20, 200, 200, 10));
  EXPECT_DOUBLE_EQ(meter.flops_per_second().value(), 200 / 3.0);
  ASSERT_THAT(meter.Speeds(1), SizeIs(2));
  EXPECT_DOUBLE_EQ(meter.Speeds(1)[0].flops_per_second, 50);
  EXPECT_DOUBLE_EQ(meter.Speeds(1)[1].flops_per_second, 100);
}

TEST(KnownSpeeds, GuessByTheNearestTraining) {
  KnownSpeeds known;
  EXPECT_FALSE(known.GuessFor({1e6, 0.5, 1000}, 2).has_value());
  known.Add({{1e6, 0.5, 1000}, 2, 2e10});
  known.Add({{1e8, 0.5, 1000}, 2, 6e10});
  const auto guess = known.GuessFor({1.2e6, 0.4, 1100}, 2);
  EXPECT_EQ(guess->flops_per_second, 2e10);
  EXPECT_TRUE(guess->alike);
  EXPECT_EQ(known.GuessFor({3e7, 0.5, 1000}, 2)->flops_per_second, 6e10);
  EXPECT_FALSE(known.GuessFor({3e7, 0.5, 1000}, 2)->alike);
  EXPECT_FALSE(known.GuessFor({1e6, 0.5, 1000}, 1)->alike) << "with other threads";
  known.Add({{1e9, 0, 10}, 1, 1e9});
  EXPECT_EQ(known.GuessFor({1e6, 0.5, 1000}, 1)->flops_per_second, 1e9);
}

TEST(KnownSpeeds, TheFastestCountsAndFades) {
  KnownSpeeds known;
  known.Add({{1e6, 0.5, 1000}, 2, 1e10});
  known.Add({{1.01e6, 0.5, 1000}, 2, 2e10});
  ASSERT_THAT(known.all(), SizeIs(1));
  EXPECT_EQ(known.all()[0].flops_per_second, 2e10);
  known.Add({{1e6, 0.5, 1000}, 2, 1e9});
  EXPECT_DOUBLE_EQ(known.all()[0].flops_per_second, 1.8e10);
}

TEST(KnownSpeeds, ForgetTheOldest) {
  KnownSpeeds known;
  double flops = 1;
  for (int i = 0; i < 70; ++i, flops *= 2) known.Add({{flops, 0, 1}, 1, flops});
  ASSERT_THAT(known.all(), SizeIs(64));
  EXPECT_EQ(known.all()[0].flops_per_second, 64);
}

TEST(KnownSpeeds, AreReadAsTheyWereSavedForTheDevice) {
  const std::string folder = ::testing::TempDir() + "/store";
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  const c10::Device cpu(at::kCPU), cuda(at::kCUDA, 0);
  EXPECT_THAT(KnownSpeeds::Load(folder, cpu).all(), IsEmpty());
  KnownSpeeds known;
  known.Add({{1e6, 0.25, 1000}, 2, 5.25e10});
  ASSERT_THAT(known.Save(folder, cpu), IsOk());
  const KnownSpeeds read = KnownSpeeds::Load(folder, cpu);
  ASSERT_THAT(read.all(), SizeIs(1));
  EXPECT_EQ(read.all()[0].shape.flops_per_token, 1e6);
  EXPECT_EQ(read.all()[0].shape.teacher_share, 0.25);
  EXPECT_EQ(read.all()[0].shape.tokens_per_step, 1000);
  EXPECT_EQ(read.all()[0].threads, 2);
  EXPECT_EQ(read.all()[0].flops_per_second, 5.25e10);
  EXPECT_THAT(KnownSpeeds::Load(folder, cuda).all(), IsEmpty());
}

TEST(KnownSpeeds, KnowNothingOfADamagedFile) {
  const std::string folder = ::testing::TempDir();
  const std::string path = folder + "/speeds_cpu.json";
  KnownSpeeds known;
  known.Add({{1e6, 0.25, 1000}, 2, 5.25e10});
  ASSERT_THAT(known.Save(folder, c10::Device(at::kCPU)), IsOk());
  std::string changed = ReadFile(path).value();
  changed[changed.find("52")] = '9';
  for (const std::string& text : {std::string(), std::string("fast\n"), changed}) {
    ASSERT_THAT(AtomicWriteFile(path, text), IsOk());
    EXPECT_THAT(KnownSpeeds::Load(folder, c10::Device(at::kCPU)).all(), IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace retort
