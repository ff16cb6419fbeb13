// Training on a GPU: the same bits in a cohort and alone, and after a stop; and nothing of a step waits for the device.
// Without a CUDA device every test says so and is skipped.

#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/Context.h"
#include "ATen/core/grad_mode.h"
#include "framework/testing/matchers.h"
#include "framework/train/objective/row_head.h"
#include "framework/train/test_cohort.h"
#include "gtest/gtest.h"
#include "tests/cuda/synchronization.h"

namespace retort {
namespace {

TeacherOutputs Teach(const CohortOptions& options, const Batch& batch, const Capture& demands) {
  const at::NoGradGuard no_grad;
  const Encoder& encoder = *options.teacher.encoder;
  const ParameterSet& parameters = *options.teacher.parameters;
  TeacherOutputs outputs;
  outputs.model = encoder.Forward(parameters, batch, demands, std::nullopt);
  const at::Tensor& last = outputs.model.hidden.at(encoder.config().depth());
  for (const HeadRows& rows : demands.logits) {
    outputs.logits[rows] = TeacherLogits(encoder, parameters, batch, last, rows, options.row_chunk);
  }
  return outputs;
}

class CudaCohort : public testing::CohortTest {
 protected:
  void SetUp() override {
    if (!at::hasCUDA()) GTEST_SKIP() << "SKIPPED: there is no CUDA device, or this was built without --config=cuda";
  }
  c10::Device device() const override { return c10::Device(at::kCUDA, 0); }
  int64_t steps_per_fetch() const override { return 3; }
};

TEST_P(CudaCohort, AMemberHasTheSameBitsInACohortAndAlone) { ExpectSameBitsInACohortAndAlone(); }

TEST_P(CudaCohort, StoppedAndResumedHasTheSameBitsAsInOneGo) { ExpectSameBitsStoppedAndResumed(); }

TEST_P(CudaCohort, AStepDoesNotWaitForTheDevice) {
  const auto cohort = Make("waits");
  std::vector<CohortMember> members = cohort->Members({testing::SevenMembers()[0]});
  StudentTrainer& student = *members[0].student;
  const StepBatch step = testing::RandomStep(0);
  const int64_t count = static_cast<int64_t>(step.sequences.size());
  for (int64_t number = 1; number <= 3; ++number) {
    const ForbidSynchronization forbid;
    const Batch batch = step.Slice(0, count, device());
    student.StartStep({step.Masks(0, count)});
    const TeacherOutputs teacher = Teach(cohort->options(), batch, student.objective().teacher());
    EXPECT_THAT(student.AddGradient(batch, 0, &teacher), testing::IsOk());
    student.Update(number);
  }
  const UpdateResults results = student.FetchResults();
  EXPECT_THAT(results.status, testing::IsOk());
  EXPECT_EQ(results.steps.size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaCohort, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

}  // namespace
}  // namespace retort
