// What training computes on a GPU against the CPU. Without a CUDA device every test says so and is skipped.

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "ATen/Context.h"
#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/eye.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/nonzero.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/where.h"
#include "ATen/ops/zeros.h"
#include "framework/batch/step_batch.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/ops/adamw/adamw.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/column_sum/column_sum.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/layer_norm/layer_norm.h"
#include "framework/ops/matmul/matmul.h"
#include "framework/ops/packing/packing.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/ops/score_error/score_error.h"
#include "framework/ops/score_heads/score_heads.h"
#include "framework/ops/score_kl/score_kl.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "torch/csrc/autograd/autograd.h"

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

ops::DropoutSite SiteOn(const c10::Device& device) {
  return {42, 7, 3, at::tensor({int64_t{11}, int64_t{12}}).to(device)};
}

TEST_F(Cuda, DropoutHasTheBitsOfTheCpu) {
  const at::Tensor x = RandomTensor({2, 5, 150}, 1, at::kFloat);
  EXPECT_TRUE(ops::Dropout(x.to(kGpu), 0.3, SiteOn(kGpu)).cpu().equal(ops::Dropout(x, 0.3, SiteOn(at::kCPU))));
}

TEST_F(Cuda, DropoutHasTheBitsOfTheCpuInBfloat16) {
  const at::Tensor x = RandomTensor({2, 5, 150}, 1, at::kFloat).to(at::kBFloat16);
  EXPECT_TRUE(ops::Dropout(x.to(kGpu), 0.1, SiteOn(kGpu)).cpu().equal(ops::Dropout(x, 0.1, SiteOn(at::kCPU))));
}

// How the rows of attention are made of 2 sequences of 37 and 20 real positions.
enum class Rows { kFull, kPadded, kPacked };

ops::Packing PackingOf(const c10::Device& device, Rows rows) {
  if (rows == Rows::kFull) return {{37, 37}, 37, {}, {}, at::tensor({0, 37, 74}, at::kInt).to(device)};
  const at::Tensor valid = at::arange(37).unsqueeze(0).lt(at::tensor({37, 20}).unsqueeze(1));
  ops::Packing packing{{37, 20}, 37, valid.to(device), {}};
  if (rows == Rows::kPacked) {
    packing.rows = at::nonzero(valid.flatten()).flatten().to(device);
    packing.offsets = at::tensor({0, 37, 57}, at::kInt).to(device);
  }
  return packing;
}

at::Tensor RandomRows(Rows rows, uint64_t seed) {
  return RandomTensor({rows == Rows::kPacked ? 57 : 74, 24}, seed, at::kFloat);
}

// Output and gradients of attention.
std::vector<at::Tensor> RunAttention(const c10::Device& device, at::ScalarType type, Rows rows,
                                     ops::AttentionOptions options) {
  options.site = SiteOn(device);
  std::vector<at::Tensor> inputs;
  for (int i = 0; i < 3; ++i) {
    inputs.push_back(RandomRows(rows, 1 + i).to(type).to(device).set_requires_grad(true));
  }
  const at::Tensor out = ops::Attention(inputs[0], inputs[1], inputs[2], PackingOf(device, rows), options);
  const at::Tensor weights = RandomRows(rows, 9).to(type).to(device);
  std::vector<at::Tensor> results = torch::autograd::grad({(out * weights).sum()}, inputs);
  results.push_back(out.detach());
  for (at::Tensor& result : results) result = result.cpu();
  return results;
}

// Of heads 8 and 12 wide.
void ExpectAttentionAgrees(at::ScalarType type, Rows rows, double rate, double tolerance) {
  for (int64_t heads : {3, 2}) {
    for (bool causal : {false, true}) {
      const ops::AttentionOptions options{heads, causal, rate, {}};
      const auto got = RunAttention(kGpu, type, rows, options), want = RunAttention(at::kCPU, type, rows, options);
      for (size_t i = 0; i < got.size(); ++i) {
        EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance))
            << "rows " << static_cast<int>(rows) << ", heads " << heads << ", causal " << causal << ", result " << i;
      }
    }
  }
}

TEST_F(Cuda, AttentionAgreesWithTheCpu) {
  for (Rows rows : {Rows::kFull, Rows::kPadded, Rows::kPacked}) {
    for (double rate : {0.0, 0.25}) {
      ExpectAttentionAgrees(at::kDouble, rows, rate, 1e-12);
      ExpectAttentionAgrees(at::kFloat, rows, rate, 1e-4);
    }
  }
}

TEST_F(Cuda, AttentionAgreesWithTheCpuInBfloat16) {
  for (Rows rows : {Rows::kFull, Rows::kPadded, Rows::kPacked}) {
    ExpectAttentionAgrees(at::kBFloat16, rows, /*rate=*/0, 1.0 / 16);
  }
  ExpectAttentionAgrees(at::kBFloat16, Rows::kPadded, 0.25, 1.0 / 16);
}

// Attention in bfloat16 of sequences of 64 and 48 positions, with 2 heads 64 wide, which draws on its own on a GPU.
constexpr int64_t kLong = 64, kHeads = 2, kRows = 64 + 48;
constexpr double kRate = 0.25;

class Drawing {
 public:
  explicit Drawing(const c10::Device& device) : device_(device), site_(SiteOn(device)) {
    const at::Tensor valid = at::arange(kLong).unsqueeze(0).lt(at::tensor({64, 48}).unsqueeze(1));
    const at::Tensor rows = at::nonzero(valid.flatten()).flatten();
    packing_ = {{64, 48}, kLong, valid.to(device), rows.to(device), at::tensor({0, 64, 112}, at::kInt).to(device)};
  }

  at::Tensor Random(uint64_t seed) const {
    return RandomTensor({kRows, kHeads * kLong}, seed, at::kFloat).to(at::kBFloat16).to(device_);
  }

  at::Tensor Attend(const std::vector<at::Tensor>& inputs) const {
    return ops::Attention(inputs[0], inputs[1], inputs[2], packing_, {kHeads, false, kRate, site_});
  }

  // [B, A, S, S], float32: the weights after dropout, which are what it gives where values are unit vectors.
  at::Tensor DroppedWeights() const {
    const at::Tensor unit = at::eye(kLong, at::kBFloat16).to(device_).repeat({2, kHeads});
    return Heads(Attend({Random(1), Random(2), unit.narrow(0, 0, kRows)}));
  }

  // [n, A·d] -> [B, A, S, d], float32
  at::Tensor Heads(const at::Tensor& rows) const { return ops::UnpackHeads(rows.to(at::kFloat), kHeads, packing_); }

  // [B, A, S, S]: softmax(Q Kᵀ / √d) in float32.
  at::Tensor Weights(const at::Tensor& query, const at::Tensor& key) const {
    const at::Tensor scores = at::matmul(Heads(query), Heads(key).transpose(-2, -1)) / std::sqrt(double{kLong});
    const at::Tensor padding = packing_.valid.logical_not().view({2, 1, 1, kLong});
    return at::softmax(scores.masked_fill(padding, -std::numeric_limits<double>::infinity()), -1);
  }

  // Of real queries and keys: [B, 1, S, S].
  at::Tensor Real() const {
    return packing_.valid.view({2, 1, kLong, 1}).logical_and(packing_.valid.view({2, 1, 1, kLong}));
  }

  ops::DropoutSite& site() { return site_; }
  const ops::Packing& packing() const { return packing_; }

 private:
  c10::Device device_;
  ops::DropoutSite site_;
  ops::Packing packing_;
};

// What is kept is what was drawn for, at the rate, and is scaled by 1 / (1 - p); the gradient is that of the same
// draws.
void ExpectDropsWeights(const c10::Device& device) {
  const Drawing drawing(device);
  const at::Tensor dropped = drawing.DroppedWeights(), keep = dropped.ne(0).to(at::kFloat);
  const at::Tensor real = drawing.Real().expand_as(keep);
  EXPECT_NEAR(keep.masked_select(real).mean().item<double>(), 1 - kRate, 0.02);
  const at::Tensor weights = drawing.Weights(drawing.Random(1), drawing.Random(2));
  EXPECT_THAT(dropped.cpu(), IsCloseTo((weights * keep / (1 - kRate)).cpu(), 1.0 / 64));

  const std::vector<at::Tensor> random = {drawing.Random(1), drawing.Random(2), drawing.Random(3)};
  const at::Tensor out_weights = drawing.Random(9);
  const auto gradients = [&](const auto& attend) {
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& x : random) inputs.push_back(x.detach().clone().set_requires_grad(true));
    return torch::autograd::grad({(attend(inputs) * out_weights.to(at::kFloat)).sum()}, inputs);
  };
  const auto got = gradients([&](const auto& in) { return drawing.Attend(in).to(at::kFloat); });
  const auto want = gradients([&](const auto& in) {
    const at::Tensor kept = drawing.Weights(in[0], in[1]) * keep / (1 - kRate);
    const at::Tensor heads = at::matmul(kept, drawing.Heads(in[2]));
    return ops::Pack(heads.transpose(1, 2).flatten(2), drawing.packing());
  });
  for (size_t i = 0; i < got.size(); ++i) EXPECT_THAT(got[i].cpu(), IsCloseTo(want[i].cpu(), 1.0 / 16)) << i;
}

void ExpectDrawsOfTheSite(const c10::Device& device) {
  Drawing drawing(device);
  const at::Tensor first = drawing.DroppedWeights();
  EXPECT_TRUE(drawing.DroppedWeights().equal(first));
  ++drawing.site().site;
  EXPECT_FALSE(drawing.DroppedWeights().equal(first));
}

TEST(Host, AttentionDropsWeights) { ExpectDropsWeights(at::kCPU); }
TEST(Host, AttentionDrawsOfTheSite) { ExpectDrawsOfTheSite(at::kCPU); }

TEST_F(Cuda, AttentionDropsWeights) { ExpectDropsWeights(kGpu); }
TEST_F(Cuda, AttentionDrawsOfTheSite) { ExpectDrawsOfTheSite(kGpu); }

TEST_F(Cuda, AttentionHasTheSameBitsEachTime) {
  const ops::AttentionOptions options{3, false, 0.25, {}};
  const auto first = RunAttention(kGpu, at::kBFloat16, Rows::kPacked, options);
  for (int i = 0; i < 5; ++i) {
    const auto again = RunAttention(kGpu, at::kBFloat16, Rows::kPacked, options);
    for (size_t r = 0; r < first.size(); ++r) EXPECT_TRUE(again[r].equal(first[r])) << r;
  }
}

TEST_F(Cuda, AttentionWithoutGradientAgreesWithTheCpu) {
  const at::NoGradGuard no_grad;
  for (Rows rows : {Rows::kFull, Rows::kPadded, Rows::kPacked}) {
    for (bool causal : {false, true}) {
      const auto run = [&](c10::Device device) {
        const auto x = [&](uint64_t seed) { return RandomRows(rows, seed).to(at::kBFloat16).to(device); };
        return ops::Attention(x(1), x(2), x(3), PackingOf(device, rows), {3, causal, 0, {}}).cpu();
      };
      EXPECT_THAT(run(kGpu), IsCloseTo(run(at::kCPU), 1.0 / 32)) << static_cast<int>(rows) << causal;
    }
  }
}

TEST_F(Cuda, DropoutOfPackedRowsHasTheBitsOfTheCpu) {
  const at::Tensor x = RandomRows(Rows::kPacked, 1);
  const auto drop = [&](c10::Device device) {
    return ops::Dropout(x.to(device), 0.3, SiteOn(device), PackingOf(device, Rows::kPacked)).cpu();
  };
  EXPECT_TRUE(drop(kGpu).equal(drop(at::kCPU)));
}

// Output and gradients of a norm, after dropout at this rate if there is one and the residual sum.
std::vector<at::Tensor> RunNorm(const c10::Device& device, at::ScalarType type, Rows rows, std::optional<double> rate) {
  std::vector<at::Tensor> inputs = {RandomRows(rows, 1), RandomRows(rows, 2), RandomTensor({24}, 3),
                                    RandomTensor({24}, 4)};
  for (at::Tensor& input : inputs) input = input.to(type).to(device).set_requires_grad(true);
  const at::Tensor &x = inputs[0], &skip = inputs[1], &scale = inputs[2], &shift = inputs[3];
  constexpr double kEpsilon = 1e-5;
  const at::Tensor out =
      rate ? ops::ResidualLayerNorm(x, skip, scale, shift, kEpsilon, {*rate, SiteOn(device)}, PackingOf(device, rows))
           : ops::LayerNorm(x + skip, scale, shift, kEpsilon);
  const at::Tensor weights = RandomRows(rows, 9).to(type).to(device);
  std::vector<at::Tensor> results = torch::autograd::grad({(out * weights).sum()}, inputs);
  results.push_back(out.detach());
  for (at::Tensor& result : results) result = result.cpu();
  return results;
}

void ExpectNormAgrees(at::ScalarType type, double tolerance) {
  for (Rows rows : {Rows::kFull, Rows::kPadded, Rows::kPacked}) {
    for (const std::optional<double>& rate : {std::optional<double>(), std::optional(0.0), std::optional(0.25)}) {
      const auto got = RunNorm(kGpu, type, rows, rate), want = RunNorm(at::kCPU, type, rows, rate);
      for (size_t i = 0; i < got.size(); ++i) {
        EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance))
            << static_cast<int>(rows) << rate.value_or(-1) << " result " << i;
      }
    }
  }
}

TEST_F(Cuda, LayerNormAgreesWithTheCpu) {
  ExpectNormAgrees(at::kDouble, 1e-12);
  ExpectNormAgrees(at::kFloat, 1e-5);
}

// Where the sums round to neighbours, they are 1/128 apart, times what the norm and its scale make of that.
TEST_F(Cuda, LayerNormAgreesWithTheCpuInBfloat16) { ExpectNormAgrees(at::kBFloat16, 1.0 / 16); }

// Of more rows than are added up at a time, and of a width of models.
TEST_F(Cuda, LayerNormHasTheSameBitsEachTime) {
  const at::Tensor x = RandomTensor({1000, 768}, 1, at::kFloat).to(kGpu),
                   weights = RandomTensor({1000, 768}, 2, at::kFloat).to(kGpu);
  const auto gradients = [&](const c10::Device& device) {
    std::vector<at::Tensor> inputs = {x, at::ones({768}), at::zeros({768})};
    for (at::Tensor& input : inputs) input = input.to(device).detach().set_requires_grad(true);
    const at::Tensor out = ops::LayerNorm(inputs[0], inputs[1], inputs[2], 1e-5);
    return torch::autograd::grad({(out * weights.to(device)).sum()}, inputs);
  };
  const auto first = gradients(kGpu), second = gradients(kGpu), want = gradients(at::kCPU);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(first[i].equal(second[i])) << i;
    EXPECT_THAT(first[i].cpu(), IsCloseTo(want[i], 1e-4)) << i;
  }
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

// Logits whose rows lie apart, as those of a padded vocabulary.
TEST_F(Cuda, RowLossOfRowsApartIsThatOfRowsInARow) {
  const at::Tensor x = RandomTensor({6, 16}, 1, at::kFloat), weight = RandomTensor({997, 16}, 2, at::kFloat);
  const at::Tensor bias = RandomTensor({997}, 3, at::kFloat), labels = at::arange(6).to(kGpu);
  const at::Tensor wide = ops::Linear(x.to(kGpu), ops::PadRows(weight.to(kGpu)), ops::PadRows(bias.to(kGpu)));
  EXPECT_EQ(wide.size(1), 1024);
  at::Tensor apart = wide.narrow(1, 0, 997);
  EXPECT_THAT(apart.cpu(), IsCloseTo(ops::Linear(x, weight, bias), 1e-4));
  at::Tensor dense = apart.contiguous();
  const at::Tensor teacher = apart * 0.5;
  const ops::RowLossScales scales{0.7, 2, 0.3, 0.01};
  const ops::RowLossSums got = ops::RowLossGradient(scales, apart, teacher, labels, {}, 997);
  const ops::RowLossSums want = ops::RowLossGradient(scales, dense, teacher.contiguous(), labels, {}, 997);
  EXPECT_TRUE(got.kl.equal(want.kl) && got.ce.equal(want.ce) && got.mse.equal(want.mse));
  EXPECT_TRUE(apart.equal(dense));
  EXPECT_EQ(wide.narrow(1, 997, 27).abs().max().item<float>(), 0);
}

// Too wide for the shared memory of a block.
TEST_F(Cuda, RowLossOfWideRowsAgreesWithTheCpu) {
  const at::Tensor student = RandomTensor({3, 60001}, 1, at::kFloat), teacher = RandomTensor({3, 60001}, 2, at::kFloat);
  const at::Tensor labels = at::tensor({int64_t{5}, int64_t{60000}, int64_t{-100}});
  at::Tensor cpu = student.clone(), gpu = student.to(kGpu);
  const ops::RowLossScales scales{0.7, 2, 0.3, 0};
  const ops::RowLossSums want = ops::RowLossGradient(scales, cpu, teacher, labels, {}, 60001);
  const ops::RowLossSums got = ops::RowLossGradient(scales, gpu, teacher.to(kGpu), labels.to(kGpu), {}, 60001);
  EXPECT_THAT(got.kl.cpu(), IsCloseTo(want.kl, 1e-5));
  EXPECT_THAT(got.ce.cpu(), IsCloseTo(want.ce, 1e-5));
  EXPECT_THAT(gpu.cpu(), IsCloseTo(cpu, 1e-6));
}

TEST_F(Cuda, AddTransposedProductAddsInFloat32) {
  const at::Tensor a = RandomTensor({32, 64}, 1, at::kFloat).to(at::kBFloat16),
                   b = RandomTensor({32, 48}, 2, at::kFloat).to(at::kBFloat16);
  const at::Tensor start = RandomTensor({64, 48}, 3, at::kFloat);
  at::Tensor sum = start.to(kGpu);
  ops::AddTransposedProduct(a.to(kGpu), b.to(kGpu), sum);
  EXPECT_THAT(sum.cpu(), IsCloseTo(start + at::matmul(a.t().to(at::kFloat), b.to(at::kFloat)), 1e-5));
}

TEST_F(Cuda, AdamWAgreesWithTheCpu) {
  constexpr int64_t kSize = 30000;
  const std::vector<ops::AdamWSegment> segments = {{0, 9001, true, 1, true},
                                                   {9008, 100, false, 0.5, true},
                                                   {9200, 10000, true, 1, false},
                                                   {20000, 10000, true, 1, true}};
  const at::Tensor gradient = RandomTensor({kSize}, 3, at::kFloat);
  at::Tensor cpu = RandomTensor({kSize}, 1, at::kFloat), gpu = cpu.to(kGpu);
  at::Tensor cpu_copy = cpu.to(at::kBFloat16), gpu_copy = cpu_copy.to(kGpu);
  at::Tensor m = at::zeros({kSize}), v = at::zeros({kSize}), gpu_m = m.to(kGpu), gpu_v = v.to(kGpu);
  ops::AdamWOptions options;
  options.learning_rate = 1e-2;
  options.weight_decay = 0.1;
  options.bias_correction = false;
  const at::Tensor factors = at::tensor({0.5f, 0.25f, 1.0f, std::numeric_limits<float>::quiet_NaN()});
  ops::AdamW(options, segments, factors, cpu, gradient, m, v, cpu_copy);
  ops::AdamW(options, segments, factors.to(kGpu), gpu, gradient.to(kGpu), gpu_m, gpu_v, gpu_copy);
  EXPECT_THAT(gpu.cpu(), IsCloseTo(cpu, 1e-6));
  EXPECT_THAT(gpu_v.cpu(), IsCloseTo(v, 1e-6));
  EXPECT_TRUE(gpu_copy.narrow(0, 0, 9001).equal(gpu.narrow(0, 0, 9001).to(at::kBFloat16)));
  EXPECT_NEAR(ops::GradientNorm(segments, gradient.to(kGpu)).item<double>(),
              ops::GradientNorm(segments, gradient).item<double>(), 1e-9);
  EXPECT_THAT(ops::SegmentNorms(segments, gradient.to(kGpu)).cpu(),
              IsCloseTo(ops::SegmentNorms(segments, gradient), 1e-12));
}

TEST_F(Cuda, ColumnSumAgreesWithTheCpu) {
  for (at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const at::Tensor x = RandomTensor({300, 70}, 1, at::kFloat).to(type);
    EXPECT_THAT(ops::ColumnSum(x.to(kGpu)).cpu(), IsCloseTo(ops::ColumnSum(x), 1e-4)) << type;
  }
}

// A loss over scores, of heads of one width and of others, with padding: the value and the student's gradients.
template <typename Loss>
void ExpectScoreLossAgrees(const Loss& loss) {
  const at::Tensor valid = at::arange(21).unsqueeze(0).lt(at::tensor({21, 17}).unsqueeze(1));
  const auto run = [&](const c10::Device& device, int64_t teacher_width) {
    const auto heads = [&](int64_t width, uint64_t seed) {
      return RandomTensor({2, 3, 21, width}, seed, at::kFloat).to(device);
    };
    const at::Tensor query = heads(4, 1).set_requires_grad(true), key = heads(4, 2).set_requires_grad(true);
    const at::Tensor value = loss(ops::QueryKey{query, key},
                                  ops::QueryKey{heads(teacher_width, 3), heads(teacher_width, 4)}, valid.to(device));
    std::vector<at::Tensor> results = torch::autograd::grad({value}, {query, key});
    results.push_back(value.detach());
    return results;
  };
  for (int64_t teacher_width : {4, 6}) {
    const auto got = run(kGpu, teacher_width), want = run(at::kCPU, teacher_width);
    for (size_t i = 0; i < got.size(); ++i) EXPECT_THAT(got[i].cpu(), IsCloseTo(want[i], 1e-4)) << i;
  }
}

TEST_F(Cuda, ScoreErrorAgreesWithTheCpu) {
  ExpectScoreLossAgrees([](const auto& student, const auto& teacher, const at::Tensor& valid) {
    return ops::ScoreError(student, teacher, {valid, /*padded_queries=*/false});
  });
}

TEST_F(Cuda, ScoreKlAgreesWithTheCpu) {
  for (bool causal : {false, true}) {
    ExpectScoreLossAgrees([causal](const auto& student, const auto& teacher, const at::Tensor& valid) {
      return ops::ScoreKl(student, teacher, valid, causal);
    });
  }
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
  for (int layer : {0, 3}) EXPECT_THAT(got.hidden.at(layer).cpu(), IsCloseTo(want.hidden.at(layer), 1e-4));
}

}  // namespace
}  // namespace retort
