#include "framework/ops/embedding/embedding.h"

#include <optional>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/embedding/embedding_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

using Function = at::Tensor (*)(const at::Tensor&, const at::Tensor&, std::optional<int64_t>);

constexpr int64_t kFrozen = 4;

// Two sequences of three; row 4 stands in three places, row 0 in two, rows 1, 2 and 5 in none.
at::Tensor Ids() { return at::tensor({4, 0, 4, 3, 0, 4}, at::kLong).view({2, 3}); }

// Inputs: the table, and the weights of the sum.
testing::ScalarFunction WeightedSum(Function f, std::optional<int64_t> frozen) {
  return [=](const std::vector<at::Tensor>& in) { return (f(in[0], Ids(), frozen) * in[1]).sum(); };
}

std::vector<at::Tensor> Inputs(at::ScalarType type, int64_t width) {
  return {RandomTensor({6, width}, 1, type), RandomTensor({2, 3, width}, 2, type)};
}

at::Tensor TableGradient(Function f, const std::vector<at::Tensor>& in, std::optional<int64_t> frozen = std::nullopt) {
  return testing::Gradients(WeightedSum(f, frozen), in)[0];
}

TEST(Embedding, HandWorkedGradient) {
  const at::Tensor weights = at::tensor({1.0, 10.0, 100.0, 2.0, 20.0, 200.0}).view({2, 3, 1});
  const at::Tensor gradient = TableGradient(Embedding, {at::ones({6, 1}, at::kDouble), weights.to(at::kDouble)});
  EXPECT_TRUE(gradient.to_dense().flatten().equal(at::tensor({30.0, 0.0, 0.0, 2.0, 301.0, 0.0}, at::kDouble)));
}

TEST(Embedding, ValueAndGradientAreTheReferences) {
  for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-14), std::pair(at::kFloat, 1e-6)}) {
    const std::vector<at::Tensor> in = Inputs(type, 70);
    EXPECT_TRUE(Embedding(in[0], Ids()).equal(EmbeddingReference(in[0], Ids())));
    EXPECT_THAT(TableGradient(Embedding, in).to_dense(), IsCloseTo(TableGradient(EmbeddingReference, in), tolerance));
    EXPECT_THAT(TableGradient(Embedding, in, kFrozen).to_dense(),
                IsCloseTo(TableGradient(EmbeddingReference, in, kFrozen), tolerance));
  }
}

// Sums are rounded once.
TEST(Embedding, GradientOfBfloat16IsOfExactSums) {
  std::vector<at::Tensor> halves, doubles;
  for (const at::Tensor& input : Inputs(at::kDouble, 70)) {
    halves.push_back(input.to(at::kBFloat16));
    doubles.push_back(halves.back().to(at::kDouble));
  }
  const at::Tensor want = TableGradient(EmbeddingReference, doubles).to(at::kBFloat16);
  EXPECT_TRUE(TableGradient(Embedding, halves).to_dense().equal(want));
}

TEST(Embedding, GradientHasEachRowOfTheBatchOnce) {
  const at::Tensor table = RandomTensor({6, 8}, 1).set_requires_grad(true);
  const at::Tensor gradient = torch::autograd::grad({Embedding(table, Ids()).sum()}, {table})[0];
  EXPECT_TRUE(gradient.is_coalesced());
  EXPECT_TRUE(gradient.indices().equal(at::tensor({0, 3, 4}, at::kLong).view({1, 3})));
}

TEST(Embedding, GradientOfFrozenRowsAloneIsEmpty) {
  const at::Tensor table = RandomTensor({6, 8}, 1).set_requires_grad(true);
  Embedding(table, at::tensor({4, 4}, at::kLong).view({1, 2}), kFrozen).sum().backward();
  EXPECT_EQ(table.grad().to_dense().count_nonzero().item<int64_t>(), 0);
}

TEST(Embedding, BitsDoNotDependOnThreads) {
  const int threads = at::get_num_threads();
  const at::Tensor ids = (RandomTensor({8, 500}, 1) * 50).abs().to(at::kLong).clamp(0, 99);
  std::vector<at::Tensor> gradients;
  for (int n : {1, 2, 3}) {
    at::set_num_threads(n);
    const auto sum = [&](const auto& in) { return (Embedding(in[0], ids) * in[1]).sum(); };
    gradients.push_back(testing::Gradients(sum, {RandomTensor({100, 48}, 2), RandomTensor({8, 500, 48}, 3)})[0]);
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(gradients[1].to_dense().equal(gradients[0].to_dense()));
  EXPECT_TRUE(gradients[2].to_dense().equal(gradients[0].to_dense()));
}

}  // namespace
}  // namespace retort::ops
