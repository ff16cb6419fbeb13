#include "framework/ops/score_error/score_error.h"

#include <cmath>
#include <limits>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/score_error/score_error_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr int64_t kSequences = 2, kHeads = 3, kPositions = 21;  // The second sequence has 17 real positions.

at::Tensor Valid() {
  return at::arange(kPositions).unsqueeze(0).lt(at::tensor({kPositions, int64_t{17}}).unsqueeze(1));
}

// As models give them: [B, S, A·d], cut into heads.
at::Tensor RandomHeads(int64_t width, uint64_t seed, at::ScalarType type = at::kDouble) {
  return RandomTensor({kSequences, kPositions, kHeads * width}, seed, type)
      .view({kSequences, kPositions, kHeads, width})
      .transpose(1, 2);
}

QueryKey RandomQueryKey(int64_t width, uint64_t seed, at::ScalarType type = at::kDouble) {
  return {RandomHeads(width, seed, type), RandomHeads(width, seed + 1, type)};
}

struct Widths {
  int64_t student, teacher;
};
constexpr Widths kWidths[] = {{5, 5}, {4, 6}, {6, 4}};

std::vector<ScorePositions> AllPositions() { return {{}, {Valid(), false}, {Valid(), true}}; }

at::Tensor Heads(std::vector<double> values, at::IntArrayRef shape) {
  return at::tensor(values, at::kDouble).reshape(shape);
}

// One head, S = 2, d = 1: Q = (1, 2), K = (1, 3) give scores ((1, 3), (2, 6)); against the teacher's ((1, 1), (1, 1))
// the differences are 0, 2, 1, 5: 0 + 4 + 1 + 25 = 30.
TEST(ScoreError, IsTheHandWorkedError) {
  const QueryKey student{Heads({1, 2}, {1, 1, 2, 1}), Heads({1, 3}, {1, 1, 2, 1})};
  const QueryKey teacher{Heads({1, 1}, {1, 1, 2, 1}), Heads({1, 1}, {1, 1, 2, 1})};
  EXPECT_NEAR(ScoreError(student, teacher).item<double>(), 30, 1e-12);
  EXPECT_NEAR(ScoreErrorReference(student, teacher).item<double>(), 30, 1e-12);
}

// d = 4: scores are divided by 2. Q·K = 4 becomes 2, the teacher's 0: 4.
TEST(ScoreError, DividesScoresByTheRootOfTheWidth) {
  const QueryKey student{Heads({1, 1, 1, 1}, {1, 1, 1, 4}), Heads({1, 1, 1, 1}, {1, 1, 1, 4})};
  const QueryKey teacher{Heads({0}, {1, 1, 1, 1}), Heads({0}, {1, 1, 1, 1})};
  EXPECT_NEAR(ScoreError(student, teacher).item<double>(), 4, 1e-12);
}

TEST(ScoreError, ValueAndGradientAreTheReferences) {
  for (const Widths& widths : kWidths) {
    for (const ScorePositions& positions : AllPositions()) {
      SCOPED_TRACE(::testing::Message() << widths.student << " and " << widths.teacher << ", padding "
                                        << positions.valid.defined() << ", queries' " << positions.padded_queries);
      for (auto [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-5)}) {
        const QueryKey student = RandomQueryKey(widths.student, 1, type),
                       teacher = RandomQueryKey(widths.teacher, 7, type);
        const std::vector<at::Tensor> inputs = {student.query, student.key};
        const auto fast = [&](const auto& in) { return ScoreError({in[0], in[1]}, teacher, positions); };
        const auto plain = [&](const auto& in) { return ScoreErrorReference({in[0], in[1]}, teacher, positions); };
        EXPECT_EQ(fast(inputs).scalar_type(), type);
        EXPECT_NEAR(fast(inputs).template item<double>() / plain(inputs).template item<double>(), 1, tolerance);
        const auto got = testing::Gradients(fast, inputs), want = testing::Gradients(plain, inputs);
        for (size_t i = 0; i < 2; ++i) EXPECT_THAT(got[i], IsCloseTo(want[i], 100 * tolerance)) << i;
      }
    }
  }
}

TEST(ScoreError, GradientIsThatOfDifferences) {
  for (const Widths& widths : kWidths) {
    const QueryKey student = RandomQueryKey(widths.student, 1), teacher = RandomQueryKey(widths.teacher, 7);
    const auto error = [&](const auto& in) { return ScoreError({in[0], in[1]}, teacher, {Valid(), false}); };
    EXPECT_LT(testing::GradientError(error, {student.query, student.key}), 1e-6);
  }
}

// Of inputs in bfloat16 it is that of their values in float32, and its gradient is rounded once.
TEST(ScoreError, OfBfloat16IsComputedInFloat32) {
  const QueryKey student = RandomQueryKey(4, 1, at::kBFloat16), teacher = RandomQueryKey(6, 7, at::kBFloat16);
  const auto wide = [](const at::Tensor& x) { return x.to(at::kFloat); };
  const std::vector<at::Tensor> narrow_in = {student.query, student.key};
  const std::vector<at::Tensor> wide_in = {wide(student.query), wide(student.key)};
  const auto narrow = [&](const auto& in) { return ScoreError({in[0], in[1]}, teacher, {Valid(), false}); };
  const auto exact = [&](const auto& in) {
    return ScoreError({in[0], in[1]}, {wide(teacher.query), wide(teacher.key)}, {Valid(), false});
  };
  EXPECT_EQ(narrow(narrow_in).template item<float>(), exact(wide_in).template item<float>());
  const auto got = testing::Gradients(narrow, narrow_in), want = testing::Gradients(exact, wide_in);
  for (size_t i = 0; i < 2; ++i) EXPECT_TRUE(got[i].equal(want[i].to(at::kBFloat16))) << i;
}

TEST(ScoreError, WhatIsNotReadMayBeAnything) {
  const at::Tensor padding = Valid().logical_not().unsqueeze(1).unsqueeze(-1);
  const QueryKey student = RandomQueryKey(4, 1), teacher = RandomQueryKey(6, 7);
  const auto poisoned = [&](const at::Tensor& x) {
    return x.masked_fill(padding, std::numeric_limits<double>::quiet_NaN());
  };
  const std::vector<at::Tensor> clean = {student.query, student.key};
  const std::vector<at::Tensor> dirty = {poisoned(student.query), poisoned(student.key)};
  const auto error = [&](const auto& in) {
    return ScoreError({in[0], in[1]}, {poisoned(teacher.query), poisoned(teacher.key)}, {Valid(), false});
  };
  EXPECT_EQ(error(dirty).template item<double>(), error(clean).template item<double>());
  const auto got = testing::Gradients(error, dirty), want = testing::Gradients(error, clean);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(got[i].equal(want[i])) << i;
    EXPECT_EQ(got[i].masked_select(padding).abs().sum().item<double>(), 0) << i;
  }
}

// A student that differs from its teacher by a share of it.
TEST(ScoreError, KeepsItsPrecisionNearATeacherOfTheSameWidth) {
  const QueryKey teacher = RandomQueryKey(4, 1, at::kFloat), other = RandomQueryKey(4, 7, at::kFloat);
  const auto wide = [](const QueryKey& heads) {
    return QueryKey{heads.query.to(at::kDouble), heads.key.to(at::kDouble)};
  };
  for (double share : {1e-2, 1e-4}) {
    const QueryKey student{teacher.query + share * other.query, teacher.key + share * other.key};
    const double exact = ScoreErrorReference(wide(student), wide(teacher)).item<double>();
    EXPECT_NEAR(ScoreError(student, teacher).item<float>() / exact, 1, 1e-5) << share;
  }
  EXPECT_EQ(ScoreError(teacher, teacher).item<float>(), 0);
}

TEST(ScoreError, HasTheSameBitsForAnyNumberOfThreads) {
  const QueryKey student = RandomQueryKey(4, 1, at::kFloat), teacher = RandomQueryKey(6, 7, at::kFloat);
  const int threads = at::get_num_threads();
  const auto run = [&](int count) {
    at::set_num_threads(count);
    auto results = testing::Gradients(
        [&](const auto& in) {
          return ScoreError({in[0], in[1]}, teacher);
        },
        {student.query, student.key});
    results.push_back(ScoreError(student, teacher));
    return results;
  };
  const auto one = run(1), three = run(3);
  at::set_num_threads(threads);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(three[i])) << i;
}

TEST(ScoreError, WithoutGradientHasTheSameValue) {
  const QueryKey student = RandomQueryKey(4, 1), teacher = RandomQueryKey(6, 7);
  const QueryKey leaf{student.query.detach().clone().set_requires_grad(true), student.key};
  const double with = ScoreError(leaf, teacher).item<double>();
  const at::NoGradGuard no_grad;
  EXPECT_EQ(ScoreError(leaf, teacher).item<double>(), with);
}

}  // namespace
}  // namespace retort::ops
