#include "framework/sweep/run/speed.h"

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;

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
}

TEST(LoadSpeed, ReadsWhatWasSavedForTheDevice) {
  const std::string folder = ::testing::TempDir() + "/store";
  ASSERT_THAT(MakeDirectories(folder), IsOk());
  const c10::Device cpu(at::kCPU), cuda(at::kCUDA, 0);
  EXPECT_EQ(LoadSpeed(folder, cpu), std::nullopt);
  ASSERT_THAT(SaveSpeed(folder, cpu, 5.25e10), IsOk());
  EXPECT_EQ(LoadSpeed(folder, cpu), 5.25e10);
  EXPECT_EQ(LoadSpeed(folder, cuda), std::nullopt);
}

TEST(LoadSpeed, KnowsNothingOfADamagedFile) {
  const std::string folder = ::testing::TempDir();
  const std::string path = folder + "/flops_per_second_cpu.json";
  ASSERT_THAT(SaveSpeed(folder, c10::Device(at::kCPU), 5.25e10), IsOk());
  std::string changed = ReadFile(path).value();
  changed[changed.find("52")] = '9';
  for (const std::string& text : {std::string(), std::string("fast\n"), changed}) {
    ASSERT_THAT(AtomicWriteFile(path, text), IsOk());
    EXPECT_EQ(LoadSpeed(folder, c10::Device(at::kCPU)), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace retort
