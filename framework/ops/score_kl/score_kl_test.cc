#include "framework/ops/score_kl/score_kl.h"

#include <cmath>
#include <limits>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/score_kl/score_kl_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr int64_t kSequences = 2, kHeads = 3, kPositions = 70;  // More than a block of queries.

// The second sequence has 17 real positions.
at::Tensor Valid() {
  return at::arange(kPositions).unsqueeze(0).lt(at::tensor({kPositions, int64_t{17}}).unsqueeze(1));
}

// As models give them: [B, S, A·d], cut into heads.
QueryKey RandomQueryKey(int64_t width, uint64_t seed, at::ScalarType type = at::kDouble) {
  const auto heads = [&](uint64_t s) {
    return (2 * RandomTensor({kSequences, kPositions, kHeads * width}, s, type))
        .view({kSequences, kPositions, kHeads, width})
        .transpose(1, 2);
  };
  return {heads(seed), heads(seed + 1)};
}

// Scores (0, x) and (0, 0) of two positions, of heads one wide.
QueryKey Scores(double x) {
  return {at::tensor({1.0, 0.0}, at::kDouble).view({1, 1, 2, 1}), at::tensor({0.0, x}, at::kDouble).view({1, 1, 2, 1})};
}

// Query 0: the teacher (0, ln 3) -> (1/4, 3/4), the student uniform: 1/4 ln(1/2) + 3/4 ln(3/2). Query 1: equal.
TEST(ScoreKl, IsTheHandWorkedDivergence) {
  const double want = 0.25 * std::log(0.5) + 0.75 * std::log(1.5);
  const at::Tensor valid = at::ones({1, 2}, at::kBool);
  for (const auto& kl : {ScoreKl, ScoreKlReference}) {
    EXPECT_NEAR(kl(Scores(0), Scores(std::log(3.0)), valid, false).item<double>(), want, 1e-12);
    EXPECT_NEAR(kl(Scores(0), Scores(std::log(3.0)), valid, true).item<double>(), 0, 1e-12)
        << "the first position of causal models sees itself alone";
  }
}

TEST(ScoreKl, ValueAndGradientAreTheReferences) {
  for (bool causal : {false, true}) {
    for (int64_t teacher_width : {4, 6}) {
      for (auto [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-5)}) {
        SCOPED_TRACE(::testing::Message() << causal << ", " << teacher_width << ", " << type);
        const QueryKey student = RandomQueryKey(4, 1, type), teacher = RandomQueryKey(teacher_width, 7, type);
        const std::vector<at::Tensor> inputs = {student.query, student.key};
        const auto fast = [&, c = causal](const auto& in) { return ScoreKl({in[0], in[1]}, teacher, Valid(), c); };
        const auto plain = [&, c = causal](const auto& in) {
          return ScoreKlReference({in[0], in[1]}, teacher, Valid(), c);
        };
        EXPECT_EQ(fast(inputs).scalar_type(), type);
        EXPECT_NEAR(fast(inputs).template item<double>() / plain(inputs).template item<double>(), 1, tolerance);
        const auto got = testing::Gradients(fast, inputs), want = testing::Gradients(plain, inputs);
        for (size_t i = 0; i < 2; ++i) EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance)) << i;
      }
    }
  }
}

// As MiniLM's relations of values with themselves.
TEST(ScoreKl, OfATensorWithItselfGivesBothGradients) {
  const at::Tensor student = RandomQueryKey(4, 1).query, target = RandomQueryKey(6, 7).query;
  const auto fast = [&](const auto& in) { return ScoreKl({in[0], in[0]}, {target, target}, Valid(), false); };
  const auto plain = [&](const auto& in) { return ScoreKlReference({in[0], in[0]}, {target, target}, Valid(), false); };
  EXPECT_THAT(testing::Gradients(fast, {student})[0], IsCloseTo(testing::Gradients(plain, {student})[0], 1e-12));
}

TEST(ScoreKl, GradientIsThatOfDifferences) {
  const at::Tensor valid = at::tensor({1, 1, 1, 0, 1, 1, 1, 1}).view({2, 4}).to(at::kBool);
  const auto heads = [](uint64_t seed) { return RandomTensor({2, 3, 4, 5}, seed); };
  for (bool causal : {false, true}) {
    const auto kl = [&](const auto& in) { return ScoreKl({in[0], in[1]}, {heads(3), heads(4)}, valid, causal); };
    EXPECT_LT(testing::GradientError(kl, {heads(1), heads(2)}), 1e-7);
  }
}

TEST(ScoreKl, OfTheTeacherItselfIsZero) {
  const QueryKey teacher = RandomQueryKey(4, 1, at::kFloat);
  const std::vector<at::Tensor> inputs = {teacher.query, teacher.key};
  const auto kl = [&](const auto& in) { return ScoreKl({in[0], in[1]}, teacher, Valid(), false); };
  EXPECT_NEAR(kl(inputs).template item<float>(), 0, 1e-5);
  for (const at::Tensor& gradient : testing::Gradients(kl, inputs)) EXPECT_EQ(gradient.abs().max().item<float>(), 0);
}

// Of inputs in bfloat16 it is that of their values in float32, and its gradient is rounded once.
TEST(ScoreKl, OfBfloat16IsComputedInFloat32) {
  const QueryKey student = RandomQueryKey(4, 1, at::kBFloat16), teacher = RandomQueryKey(6, 7, at::kBFloat16);
  const auto wide = [](const at::Tensor& x) { return x.to(at::kFloat); };
  const auto narrow = [&](const auto& in) { return ScoreKl({in[0], in[1]}, teacher, Valid(), false); };
  const auto exact = [&](const auto& in) {
    return ScoreKl({in[0], in[1]}, {wide(teacher.query), wide(teacher.key)}, Valid(), false);
  };
  const auto got = testing::Gradients(narrow, {student.query, student.key});
  const auto want = testing::Gradients(exact, {wide(student.query), wide(student.key)});
  for (size_t i = 0; i < 2; ++i) EXPECT_TRUE(got[i].equal(want[i].to(at::kBFloat16))) << i;
}

TEST(ScoreKl, WhatIsNotReadMayBeAnything) {
  const at::Tensor padding = Valid().logical_not().unsqueeze(1).unsqueeze(-1);
  const QueryKey student = RandomQueryKey(4, 1), teacher = RandomQueryKey(6, 7);
  const auto poisoned = [&](const at::Tensor& x) {
    return x.masked_fill(padding, std::numeric_limits<double>::quiet_NaN());
  };
  const auto kl = [&](const auto& in) {
    return ScoreKl({in[0], in[1]}, {poisoned(teacher.query), poisoned(teacher.key)}, Valid(), false);
  };
  const auto got = testing::Gradients(kl, {poisoned(student.query), poisoned(student.key)});
  const auto want = testing::Gradients(kl, {student.query, student.key});
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(got[i].equal(want[i])) << i;
    EXPECT_EQ(got[i].masked_select(padding).abs().sum().item<double>(), 0) << i;
  }
}

TEST(ScoreKl, HasTheSameBitsForAnyNumberOfThreads) {
  const QueryKey student = RandomQueryKey(4, 1, at::kFloat), teacher = RandomQueryKey(6, 7, at::kFloat);
  const int threads = at::get_num_threads();
  const auto run = [&](int count) {
    at::set_num_threads(count);
    auto results = testing::Gradients(
        [&](const auto& in) {
          return ScoreKl({in[0], in[1]}, teacher, Valid(), false);
        },
        {student.query, student.key});
    results.push_back(ScoreKl(student, teacher, Valid(), false));
    return results;
  };
  const auto one = run(1), three = run(3);
  at::set_num_threads(threads);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(three[i])) << i;
}

}  // namespace
}  // namespace retort::ops
