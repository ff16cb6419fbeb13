#include "framework/ops/attention/attention.h"

#include <cmath>
#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/tensor.h"
#include "framework/ops/attention/attention_reference.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/gradient_check.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr int64_t kLength = 37;

DropoutSite Site() { return {42, 7, 3, at::tensor({11, 12}, at::kLong)}; }

std::vector<at::Tensor> Inputs(at::ScalarType type) {
  return {RandomTensor({2, 3, kLength, 8}, 1, type), RandomTensor({2, 3, kLength, 8}, 2, type),
          RandomTensor({2, 3, kLength, 8}, 3, type)};
}

// The second sequence has 30 real positions.
at::Tensor Valid() {
  at::Tensor valid = at::ones({2, kLength}, at::kBool);
  valid[1].narrow(0, 30, kLength - 30).fill_(false);
  return valid;
}

// A scalar whose gradient differs from element to element, over real positions only.
at::Tensor Weighted(const at::Tensor& out) {
  const at::Tensor weights = RandomTensor(out.sizes().vec(), 9).to(out.scalar_type());
  return (out * weights * Valid().view({2, 1, kLength, 1}).to(out.scalar_type())).sum();
}

void ExpectSameAsReference(at::ScalarType type, const AttentionMask& mask, double rate, double tolerance) {
  auto fused = [&](const auto& in) { return Weighted(Attention(in[0], in[1], in[2], mask, rate, Site())); };
  auto plain = [&](const auto& in) { return Weighted(AttentionReference(in[0], in[1], in[2], mask, rate, Site())); };
  const std::vector<at::Tensor> in = Inputs(type);
  EXPECT_THAT(Attention(in[0], in[1], in[2], mask, rate, Site()),
              IsCloseTo(AttentionReference(in[0], in[1], in[2], mask, rate, Site()), tolerance));
  const auto got = testing::Gradients(fused, in), want = testing::Gradients(plain, in);
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance));
}

TEST(Attention, AgreesWithTheReference) {
  for (double rate : {0.0, 0.25}) {
    for (const AttentionMask& mask : {AttentionMask{}, {Valid()}, {at::Tensor(), true}, {Valid(), true}}) {
      ExpectSameAsReference(at::kDouble, mask, rate, 1e-12);
      ExpectSameAsReference(at::kFloat, mask, rate, 1e-5);
    }
  }
}

TEST(Attention, WorksOnBfloat16) {
  const std::vector<at::Tensor> in = Inputs(at::kBFloat16);
  const at::Tensor got = Attention(in[0], in[1], in[2], {Valid()}, 0.25, Site());
  const at::Tensor want =
      Attention(in[0].to(at::kFloat), in[1].to(at::kFloat), in[2].to(at::kFloat), {Valid()}, 0.25, Site());
  EXPECT_THAT(got.to(at::kFloat), IsCloseTo(want, 0.05));
}

TEST(Attention, GradientAgreesWithFiniteDifferences) {
  const DropoutSite site{1, 1, 0, at::tensor({5}, at::kLong)};
  const std::vector<at::Tensor> in = {RandomTensor({1, 2, 4, 3}, 1), RandomTensor({1, 2, 4, 3}, 2),
                                      RandomTensor({1, 2, 4, 3}, 3)};
  const at::Tensor weights = RandomTensor({1, 2, 4, 3}, 4);
  auto f = [&](const auto& x) { return (Attention(x[0], x[1], x[2], {}, 0.25, site) * weights).sum(); };
  EXPECT_LT(testing::GradientError(f, in), 1e-8);
}

TEST(Attention, WithoutDropoutReadsNoSite) {
  const auto attend = [](const auto& in) { return Weighted(Attention(in[0], in[1], in[2], {}, 0, {})); };
  const auto with_site = [](const auto& in) { return Weighted(Attention(in[0], in[1], in[2], {}, 0, Site())); };
  const std::vector<at::Tensor> in = Inputs(at::kDouble);
  const auto got = testing::Gradients(attend, in), want = testing::Gradients(with_site, in);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(got[i].equal(want[i]));
}

// One head of width 1, two positions: scores of query 1 are (0, ln 3), so the weights are (1/4, 3/4).
TEST(Attention, IsTheHandWorkedCase) {
  const at::Tensor query = at::tensor({1.0, 1.0}).reshape({1, 1, 2, 1});
  const at::Tensor key = at::tensor({0.0, std::log(3.0)}).reshape({1, 1, 2, 1});
  const at::Tensor value = at::tensor({4.0, 8.0}).reshape({1, 1, 2, 1});
  const at::Tensor out = Attention(query.to(at::kDouble), key.to(at::kDouble), value.to(at::kDouble), {}, 0, Site());
  EXPECT_NEAR(out[0][0][0][0].item<double>(), 7, 1e-6);
}

TEST(Attention, PaddedKeysDoNotLeak) {
  std::vector<at::Tensor> in = Inputs(at::kDouble);
  const at::Tensor want = Attention(in[0], in[1], in[2], {Valid()}, 0, Site());
  in[1][1].narrow(1, 30, kLength - 30).fill_(1e30);
  in[2][1].narrow(1, 30, kLength - 30).fill_(1e30);
  const at::Tensor got = Attention(in[0], in[1], in[2], {Valid()}, 0, Site());
  EXPECT_TRUE(got.equal(want));
}

// NaN and infinity at padded positions of query, key and value: the same bits at real positions, in value and gradient.
TEST(Attention, NanInPaddingDoesNotLeak) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const at::Tensor padding = Valid().logical_not().view({2, 1, kLength, 1});
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (double bad : {kNan, std::numeric_limits<double>::infinity(), 1e30}) {
      for (auto* function : {&Attention, &AttentionReference}) {
        const std::vector<at::Tensor> clean = Inputs(type);
        std::vector<at::Tensor> poisoned;
        for (const at::Tensor& x : clean) poisoned.push_back(x.masked_fill(padding, bad));
        auto weighted = [&](const auto& in) {
          const at::Tensor out = function(in[0], in[1], in[2], {Valid()}, 0.25, Site());
          return Weighted(out.masked_fill(padding, 0));
        };
        EXPECT_TRUE(weighted(poisoned).equal(weighted(clean))) << type << " " << bad;
        const auto want = testing::Gradients(weighted, clean), got = testing::Gradients(weighted, poisoned);
        for (size_t i = 0; i < 3; ++i) {
          EXPECT_TRUE(got[i].masked_fill(padding, 0).equal(want[i].masked_fill(padding, 0)))
              << type << " " << bad << " " << i;
        }
      }
    }
  }
}

// A key after the query changes nothing, and gets no gradient from it.
TEST(Attention, CausalQueriesSeeNothingThatComesLater) {
  std::vector<at::Tensor> in = Inputs(at::kDouble);
  const AttentionMask mask{{}, /*causal=*/true};
  const auto first_ten = [&](const auto& x) { return Attention(x[0], x[1], x[2], mask, 0, Site()).narrow(2, 0, 10); };
  const at::Tensor want = first_ten(in);
  const auto gradients = testing::Gradients([&](const auto& x) { return first_ten(x).sum(); }, in);
  for (size_t i : {1, 2}) {
    EXPECT_GT(gradients[i].narrow(2, 0, 10).abs().sum().item<double>(), 0);
    EXPECT_EQ(gradients[i].narrow(2, 10, kLength - 10).abs().sum().item<double>(), 0);
    in[i].narrow(2, 10, kLength - 10).fill_(7);
  }
  EXPECT_THAT(first_ten(in), IsCloseTo(want, 1e-14));
  EXPECT_THAT(want.select(2, 0), IsCloseTo(in[2].select(2, 0), 1e-14));  // The first query sees the first key alone.
}

TEST(Attention, DoesNotDependOnHowABatchIsCut) {
  const std::vector<at::Tensor> in = Inputs(at::kFloat);
  std::vector<at::Tensor> parts;
  for (int64_t b = 0; b < 2; ++b) {
    DropoutSite site = Site();
    site.sample_ids = site.sample_ids.narrow(0, b, 1);
    parts.push_back(Attention(in[0].narrow(0, b, 1), in[1].narrow(0, b, 1), in[2].narrow(0, b, 1), {}, 0.25, site));
  }
  EXPECT_THAT(at::cat(parts), IsCloseTo(Attention(in[0], in[1], in[2], {}, 0.25, Site()), 1e-6));
}

}  // namespace
}  // namespace retort::ops
