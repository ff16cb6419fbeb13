// Training on a GPU: the same bits in a cohort and alone, and after a stop; and nothing waits for the device but the
// one read of a step's values. Without a CUDA device every test says so and is skipped.

#include <memory>
#include <vector>

#include "ATen/Context.h"
#include "framework/testing/matchers.h"
#include "framework/train/test_cohort.h"
#include "gtest/gtest.h"
#include "tests/cuda/synchronization.h"

namespace retort {
namespace {

class CudaCohort : public testing::CohortTest {
 protected:
  void SetUp() override {
    if (!at::hasCUDA()) GTEST_SKIP() << "SKIPPED: there is no CUDA device, or this was built without --config=cuda";
  }
  c10::Device device() const override { return c10::Device(at::kCUDA, 0); }
};

TEST_P(CudaCohort, AMemberHasTheSameBitsInACohortAndAlone) { ExpectSameBitsInACohortAndAlone(); }

TEST_P(CudaCohort, StoppedAndResumedHasTheSameBitsAsInOneGo) { ExpectSameBitsStoppedAndResumed(); }

TEST_P(CudaCohort, AStepWaitsForTheDeviceOnce) {
  const auto cohort = Make("waits");
  std::vector<CohortMember> members = cohort->Members({testing::SixMembers()[0]});
  StudentTrainer& student = *members[0].student;
  const StepBatch step = testing::RandomStep(0);
  const int64_t count = static_cast<int64_t>(step.sequences.size());
  const Batch batch = step.Slice(0, count, device());
  const CohortTeacher& teacher = cohort->options().teacher;
  const Capture demands = student.objective().teacher();
  student.StartStep({step.Masks(0, count)});
  {
    const ForbidSynchronization forbid;
    TeacherOutputs outputs;
    outputs.model = teacher.encoder->Forward(*teacher.parameters, batch, demands, std::nullopt);
    for (const HeadRows& rows : demands.logits) {
      outputs.logits[rows] =
          TeacherLogits(*teacher.encoder, *teacher.parameters, batch,
                        outputs.model.hidden.at(teacher.encoder->config().depth()), rows, cohort->options().row_chunk);
    }
    EXPECT_THAT(student.AddGradient(batch, 0, &outputs), testing::IsOk());
  }
  EXPECT_THAT(student.Update(1), testing::IsOk());
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaCohort, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

}  // namespace
}  // namespace retort
