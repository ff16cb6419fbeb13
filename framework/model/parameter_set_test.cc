#include "framework/model/parameter_set.h"

#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/ones.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;
using testing::IsOk;
using testing::RandomTensor;

ParameterSet TwoParameters(at::ScalarType dtype = at::kFloat) {
  return ParameterSet({{"a", {3, 2}, ParameterKind::kWeight}, {"b", {4}, ParameterKind::kBias}}, dtype,
                      c10::Device(at::kCPU));
}

TEST(ParameterSet, ValuesAreViewsOfOneBufferAtMultiplesOf16) {
  ParameterSet parameters = TwoParameters();
  EXPECT_EQ(parameters.parameter_count(), 10);
  EXPECT_EQ(parameters.flat().numel(), 32);
  EXPECT_EQ(parameters.Offset("a"), 0);
  EXPECT_EQ(parameters.Offset("b"), 16);
  const at::Tensor a = RandomTensor({3, 2}, 1, at::kFloat);
  ASSERT_THAT(parameters.Set("a", a), IsOk());
  EXPECT_TRUE(at::equal(parameters.flat().narrow(0, 0, 6).view({3, 2}), a));
  EXPECT_EQ(parameters.flat().narrow(0, 6, 26).abs().sum().item<double>(), 0);
  EXPECT_TRUE(parameters.Get("b").is_alias_of(parameters.flat()));
}

TEST(ParameterSet, KnowsItsNames) {
  const ParameterSet parameters = TwoParameters();
  EXPECT_TRUE(parameters.Has("a"));
  EXPECT_FALSE(parameters.Has("c"));
  EXPECT_EQ(parameters.Spec("b").kind, ParameterKind::kBias);
  EXPECT_DEATH(parameters.Get("c"), "no parameter c");
  EXPECT_DEATH(ParameterSet({{"a", {1}}, {"a", {1}}}, at::kFloat, c10::Device(at::kCPU)),
               "two parameters are called a");
}

TEST(ParameterSet, SetConvertsTypesAndRefusesOtherShapes) {
  ParameterSet parameters = TwoParameters();
  const at::Tensor b = RandomTensor({4}, 1, at::kDouble);
  ASSERT_THAT(parameters.Set("b", b), IsOk());
  EXPECT_TRUE(at::equal(parameters.Get("b"), b.to(at::kFloat)));
  EXPECT_THAT(parameters.Set("c", b), IsInvalidArgument("there is no parameter c"));
  EXPECT_THAT(parameters.Set("a", b), IsInvalidArgument("a: want shape [3, 2], got [4]"));
  // Shapes that broadcast are other shapes too.
  EXPECT_THAT(parameters.Set("b", at::ones({1})), IsInvalidArgument("b: want shape [4], got [1]"));
}

TEST(ParameterSet, GradientsAreAddedIntoOneBuffer) {
  for (at::ScalarType type : {at::kFloat, at::kDouble, at::kBFloat16}) {
    ParameterSet parameters = TwoParameters(type);
    ASSERT_THAT(parameters.Set("a", RandomTensor({3, 2}, 1)), IsOk());
    parameters.EnableGradients();
    EXPECT_EQ(parameters.flat_gradient().scalar_type(), type == at::kDouble ? at::kDouble : at::kFloat);
    at::AutoGradMode with_gradient(true);
    for (int pass = 0; pass < 2; ++pass) ((parameters.Get("a") * 3).sum() + parameters.Get("b").sum()).backward();
    EXPECT_THAT(parameters.Gradient("a"), testing::IsCloseTo(at::ones({3, 2}) * 6, 0));
    EXPECT_THAT(parameters.flat_gradient().narrow(0, 16, 4), testing::IsCloseTo(at::ones({4}) * 2, 0));
    EXPECT_EQ(parameters.flat_gradient().sum().item<double>(), 6 * 6 + 4 * 2);
    parameters.flat_gradient().zero_();
    parameters.Get("b").sum().backward();
    EXPECT_EQ(parameters.flat_gradient().sum().item<double>(), 4);
  }
}

// Updates of the flat buffer, as optimisers make them, are seen through values that require gradients.
TEST(ParameterSet, ValuesFollowTheBufferWithGradientsEnabled) {
  ParameterSet parameters = TwoParameters();
  parameters.EnableGradients();
  parameters.flat().fill_(7);
  EXPECT_EQ(parameters.Get("b").sum().item<double>(), 28);
  ASSERT_THAT(parameters.Set("b", at::ones({4})), IsOk());
  EXPECT_EQ(parameters.Get("b").sum().item<double>(), 4);
}

TEST(ParameterSet, CopiesShareNothing) {
  ParameterSet parameters = TwoParameters();
  ASSERT_THAT(parameters.Set("b", at::ones({4})), IsOk());
  parameters.EnableGradients();
  const ParameterSet copy = parameters.To(at::kBFloat16, c10::Device(at::kCPU));
  parameters.flat().zero_();
  EXPECT_EQ(copy.Get("b").scalar_type(), at::kBFloat16);
  EXPECT_FALSE(copy.Get("b").requires_grad());
  EXPECT_EQ(copy.Get("b").sum().item<double>(), 4);
}

// Moved, a set keeps its buffer and its gradients.
TEST(ParameterSet, Moves) {
  ParameterSet parameters = TwoParameters();
  parameters.EnableGradients();
  const void* const address = parameters.flat().data_ptr();
  const ParameterSet moved = std::move(parameters);
  moved.Get("a").sum().backward();
  EXPECT_EQ(moved.Get("a").data_ptr(), address);
  EXPECT_EQ(moved.flat_gradient().sum().item<double>(), 6);
}

}  // namespace
}  // namespace retort
