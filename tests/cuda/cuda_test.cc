// What training computes on a GPU against the CPU. Without a CUDA device every test says so and is skipped.

#include <optional>

#include "ATen/Context.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/where.h"
#include "framework/batch/step_batch.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/ops/adamw/adamw.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

const c10::Device kGpu(at::kCUDA, 0);

class Cuda : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!at::hasCUDA()) GTEST_SKIP() << "SKIPPED: there is no CUDA device, or this was built without --config=cuda";
  }
};

TEST_F(Cuda, DropoutHasTheBitsOfTheCpu) {
  const ops::DropoutSite site{42, 7, 3, at::tensor({int64_t{11}, int64_t{12}})};
  const at::Tensor x = RandomTensor({2, 5, 150}, 1, at::kFloat);
  EXPECT_TRUE(ops::Dropout(x.to(kGpu), 0.3, site).cpu().equal(ops::Dropout(x, 0.3, site)));
}

TEST_F(Cuda, DropoutHasTheBitsOfTheCpuInBfloat16) {
  const ops::DropoutSite site{42, 7, 3, at::tensor({int64_t{11}, int64_t{12}})};
  const at::Tensor x = RandomTensor({2, 5, 150}, 1, at::kFloat).to(at::kBFloat16);
  EXPECT_TRUE(ops::Dropout(x.to(kGpu), 0.1, site).cpu().equal(ops::Dropout(x, 0.1, site)));
}

TEST_F(Cuda, AttentionAgreesWithTheCpu) {
  const ops::DropoutSite site{42, 7, 3, at::tensor({int64_t{11}, int64_t{12}})};
  const at::Tensor q = RandomTensor({2, 3, 37, 8}, 1, at::kFloat), k = RandomTensor({2, 3, 37, 8}, 2, at::kFloat),
                   v = RandomTensor({2, 3, 37, 8}, 3, at::kFloat);
  const at::Tensor got = ops::Attention(q.to(kGpu), k.to(kGpu), v.to(kGpu), {}, 0.25, site);
  EXPECT_THAT(got.cpu(), IsCloseTo(ops::Attention(q, k, v, {}, 0.25, site), 1e-4));
}

// One row in four without a label, one in three without soft losses, the last columns padding.
void ExpectRowLossAgrees(at::ScalarType student_type, at::ScalarType teacher_type, double tolerance) {
  constexpr int64_t kRows = 12, kWidth = 1000, kColumns = 997;
  const at::Tensor student = RandomTensor({kRows, kWidth}, 1, at::kFloat).to(student_type);
  const at::Tensor teacher = RandomTensor({kRows, kWidth}, 2, at::kFloat).to(teacher_type);
  const at::Tensor index = at::arange(kRows);
  const at::Tensor labels = at::where(index.remainder(4).eq(1), -100, index * 83);
  const at::Tensor soft = index.remainder(3).ne(2);
  const ops::RowLossScales scales{0.7, 2, 0.3, 0.01};
  at::Tensor cpu = student.clone(), gpu = student.to(kGpu);
  const ops::RowLossSums want = ops::RowLossGradient(scales, cpu, teacher, labels, soft, kColumns);
  const ops::RowLossSums got =
      ops::RowLossGradient(scales, gpu, teacher.to(kGpu), labels.to(kGpu), soft.to(kGpu), kColumns);
  EXPECT_THAT(got.kl.cpu(), IsCloseTo(want.kl, 1e-5));
  EXPECT_THAT(got.ce.cpu(), IsCloseTo(want.ce, 1e-5));
  EXPECT_THAT(got.mse.cpu(), IsCloseTo(want.mse, 1e-5));
  EXPECT_THAT(gpu.cpu(), IsCloseTo(cpu, tolerance));
}

TEST_F(Cuda, RowLossAgreesWithTheCpu) {
  ExpectRowLossAgrees(at::kFloat, at::kFloat, 1e-6);
  ExpectRowLossAgrees(at::kFloat, at::kBFloat16, 1e-6);
}

TEST_F(Cuda, RowLossAgreesWithTheCpuInBfloat16) {
  constexpr double kOneStep = 1.0 / 128;  // Where the two sides round to neighbours.
  ExpectRowLossAgrees(at::kBFloat16, at::kBFloat16, kOneStep);
  ExpectRowLossAgrees(at::kBFloat16, at::kFloat, kOneStep);
}

TEST_F(Cuda, AdamWAgreesWithTheCpu) {
  const at::Tensor gradient = RandomTensor({1000}, 3, at::kFloat);
  at::Tensor cpu = RandomTensor({1000}, 1, at::kFloat), gpu = cpu.to(kGpu);
  at::Tensor m = at::zeros({1000}), v = at::zeros({1000}), gpu_m = m.to(kGpu), gpu_v = v.to(kGpu);
  ops::AdamWOptions options;
  options.learning_rate = 1e-2;
  options.weight_decay = 0.1;
  ops::AdamW(options, {{0, 1000, true, 1, true}}, cpu, gradient, m, v, {});
  ops::AdamW(options, {{0, 1000, true, 1, true}}, gpu, gradient.to(kGpu), gpu_m, gpu_v, {});
  EXPECT_THAT(gpu.cpu(), IsCloseTo(cpu, 1e-5));
}

TEST_F(Cuda, EncoderAgreesWithTheCpu) {
  const EncoderConfig config = testing::SmallEncoder(3);
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(1, 0.2, 0, &parameters);
  const StepBatch step = testing::RandomStepBatch({9, 6, 3}, 1);
  Capture capture;
  capture.hidden = {0, 3};
  const Encoder encoder(config);
  const auto want = encoder.Forward(parameters, step.Slice(0, 3, at::kCPU), capture, Dropout{5});
  const auto got = encoder.Forward(parameters.To(at::kFloat, kGpu), step.Slice(0, 3, kGpu), capture, Dropout{5});
  const at::Tensor valid = step.Slice(0, 3, at::kCPU).valid.unsqueeze(-1).to(at::kFloat);
  for (int layer : {0, 3}) {
    EXPECT_THAT(got.hidden.at(layer).cpu() * valid, IsCloseTo(want.hidden.at(layer) * valid, 1e-4));
  }
}

}  // namespace
}  // namespace retort
