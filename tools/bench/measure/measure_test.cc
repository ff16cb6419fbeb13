#include "tools/bench/measure/measure.h"

#include <string>

#include "framework/model/config/head_spec.h"
#include "framework/testing/matchers.h"
#include "framework/train/observer.h"
#include "framework/train/phases/phases.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/bench/measure/products.h"
#include "tools/bench/measure/training.h"

namespace retort::bench {
namespace {

using ::testing::Contains;
using testing::IsOk;
using ::testing::Key;
using ::testing::Not;

const c10::Device kCpu(c10::DeviceType::CPU);

// A workload that takes milliseconds, with these losses.
Workload TinyWorkload(Losses losses = Losses::kTriple) {
  Workload workload = ChooseWorkloads("tiny", c10::DeviceType::CPU)->front();
  workload.losses = losses;
  workload.lengths = {32, 32, 5, 17};
  if (losses != Losses::kClasses) return workload;
  workload.teacher.reset();
  workload.student.pooler = true;
  workload.student.heads = {PlainHead(HeadKind::kClasses, Pooling::kPooler)};
  return workload;
}

Measurement Measure(const Workload& workload, const TrainingOptions& options) {
  const auto measured = MeasureTraining(workload, options);
  EXPECT_THAT(measured, IsOk());
  return measured.value_or(Measurement());
}

class PrecisionTest : public ::testing::TestWithParam<c10::ScalarType> {};

TEST_P(PrecisionTest, NumbersOfATrainingFitTogether) {
  TrainingOptions options;
  options.precision = GetParam();
  options.steps = 3;
  Measurement measured = Measure(TinyWorkload(), options);
  EXPECT_NEAR(measured[kTokensPerSecond] * measured[kStepSeconds], 32 + 32 + 5 + 17, 1e-6) << "real positions";
  EXPECT_NEAR(measured[kShare] * measured[kPeakGflops], measured[kGflops], 1e-6 * measured[kGflops]);
  EXPECT_GT(measured[kShare], 0);
  EXPECT_LT(measured[kShare], 1.1);
  EXPECT_GT(measured[kMemoryBytes], 1e6);
  double phases = measured[kRest];
  for (const char* phase : kPhases) {
    EXPECT_GT(measured[phase], 0) << phase;
    phases += measured[phase];
  }
  EXPECT_GT(phases, 0.2 * measured[kStepSeconds]) << "of the mean step";
}

INSTANTIATE_TEST_SUITE_P(Precisions, PrecisionTest,
                         ::testing::Values(c10::ScalarType::Float, c10::ScalarType::BFloat16), [](const auto& info) {
                           return info.param == c10::ScalarType::Float ? "Float32" : "Bfloat16";
                         });

TEST(MeasureTest, WithoutProductsThereIsNoShare) {
  TrainingOptions options;
  options.products = false;
  const Measurement measured = Measure(TinyWorkload(), options);
  EXPECT_THAT(measured, Contains(Key(kGflops)));
  EXPECT_THAT(measured, Not(Contains(Key(kPeakGflops))));
  EXPECT_THAT(measured, Not(Contains(Key(kShare))));
}

TEST(MeasureTest, EveryKindOfLossesIsTrained) {
  for (const Losses losses : {Losses::kTripleLabelled, Losses::kTinybert, Losses::kClasses}) {
    Measurement measured = Measure(TinyWorkload(losses), TrainingOptions());
    EXPECT_GT(measured[kTokensPerSecond], 0) << LossesName(losses);
    EXPECT_EQ(measured[kTeacherPhase] > 0, losses != Losses::kClasses) << LossesName(losses);
  }
}

// What the peak is taken of is what a step is made of.
TEST(MeasureTest, ProductsSeenAreThoseOfAStep) {
  struct Flops : Observer {
    void StepDone(const StageId&, const StepRecord& record) override { counted = record.total_flops; }
    double counted = 0;
  } flops;
  Workload workload = TinyWorkload();
  workload.lengths = {32, 32, 32, 32};
  const auto training = Training::Create(workload, c10::ScalarType::Float, kCpu);
  ASSERT_THAT(training, IsOk());
  ProductLog log;
  ASSERT_THAT((*training)->Run(1, &flops), IsOk());
  double seen = 0;
  for (const auto& [product, count] : log.counts()) seen += static_cast<double>(count) * product.Flops();
  EXPECT_NEAR(seen / flops.counted, 1, 0.1);
}

TEST(MeasureTest, ACohortsOperationsAreThoseOfAllStudentsAndOneTeacher) {
  TrainingOptions options;
  options.products = false;
  Workload workload = TinyWorkload();
  const auto operations = [](Measurement measured) { return measured[kGflops] * measured[kStepSeconds]; };
  const double single = operations(Measure(workload, options));
  workload.students = 3;
  const double three = operations(Measure(workload, options));
  EXPECT_GT(three, 1.5 * single);
  EXPECT_LT(three, 3 * single) << "the teacher runs once";
}

TEST(MeasureTest, DataAloneHaveASpeed) {
  const TextInputs text{"data/corpora/wikitext2", "data/vocab/bert-base-uncased-vocab.txt"};
  for (const auto& measured : {MeasureTokenizing(text, /*threads=*/1), MeasureMasking(text)}) {
    ASSERT_THAT(measured, IsOk());
    EXPECT_GT(measured->at(kTokensPerSecond), 0);
    EXPECT_THAT(*measured, Contains(Key(kMemoryBytes)));
    EXPECT_THAT(*measured, Not(Contains(Key(kGflops))));
  }
  EXPECT_FALSE(MeasureTokenizing({"nowhere", text.tokenizer}, 1).ok());
  EXPECT_FALSE(MeasureMasking({"nowhere", text.tokenizer}).ok());
}

}  // namespace
}  // namespace retort::bench
