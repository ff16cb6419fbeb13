#include "framework/ops/attention/attention.h"

#include <cmath>
#include <limits>

#include "ATen/Parallel.h"
#include "ATen/TensorOperators.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/nonzero.h"
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

constexpr int64_t kLength = 150, kHeads = 3, kWidth = 8;  // Queries are worked on in blocks of 64.

enum class Layout { kPacked, kPadded };

// Sequences of these lengths, padded to the longest.
Packing Sequences(const std::vector<int64_t>& lengths, int64_t positions, Layout layout) {
  const at::Tensor valid = at::arange(positions).unsqueeze(0).lt(at::tensor(lengths).unsqueeze(1));
  Packing packing{lengths, positions, valid, {}};
  if (layout == Layout::kPacked) packing.rows = at::nonzero(valid.flatten()).flatten();
  return packing;
}

// The second sequence has 70 real positions.
Packing Ragged(Layout layout) { return Sequences({kLength, 70}, kLength, layout); }
Packing Full() { return {{kLength, kLength}, kLength, {}, {}}; }

AttentionOptions Options(bool causal, double rate) {
  return {kHeads, causal, rate, {42, 7, 3, at::tensor({11, 12}, at::kLong)}};
}

std::vector<at::Tensor> Inputs(at::ScalarType type, const Packing& packing) {
  const int64_t rows = packing.rows.defined() ? packing.rows.numel() : packing.sequences() * packing.positions;
  std::vector<at::Tensor> inputs;
  for (uint64_t seed : {1, 2, 3}) inputs.push_back(RandomTensor({rows, kHeads * kWidth}, seed, type));
  return inputs;
}

// A scalar whose gradient differs from element to element.
at::Tensor Weighted(const at::Tensor& out) {
  return (out * RandomTensor(out.sizes().vec(), 9).to(out.scalar_type())).sum();
}

void ExpectSameAsReference(at::ScalarType type, const Packing& packing, const AttentionOptions& options,
                           double tolerance) {
  const std::vector<at::Tensor> in = Inputs(type, packing);
  EXPECT_THAT(Attention(in[0], in[1], in[2], packing, options),
              IsCloseTo(AttentionReference(in[0], in[1], in[2], packing, options), tolerance));
  auto fused = [&](const auto& x) { return Weighted(Attention(x[0], x[1], x[2], packing, options)); };
  auto plain = [&](const auto& x) { return Weighted(AttentionReference(x[0], x[1], x[2], packing, options)); };
  const auto got = testing::Gradients(fused, in), want = testing::Gradients(plain, in);
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(got[i], IsCloseTo(want[i], tolerance)) << i;
}

TEST(Attention, AgreesWithThePaddedReference) {
  for (double rate : {0.0, 0.25}) {
    for (bool causal : {false, true}) {
      for (const Packing& packing : {Ragged(Layout::kPacked), Ragged(Layout::kPadded), Full()}) {
        ExpectSameAsReference(at::kDouble, packing, Options(causal, rate), 1e-12);
        ExpectSameAsReference(at::kFloat, packing, Options(causal, rate), 1e-5);
      }
    }
  }
}

TEST(Attention, WorksOnBfloat16) {
  const Packing packing = Ragged(Layout::kPacked);
  const std::vector<at::Tensor> in = Inputs(at::kBFloat16, packing);
  const auto attend = [&](const auto& x) { return Attention(x[0], x[1], x[2], packing, Options(false, 0.25)); };
  std::vector<at::Tensor> wide;
  for (const at::Tensor& x : in) wide.push_back(x.to(at::kFloat));
  EXPECT_THAT(attend(in).to(at::kFloat), IsCloseTo(attend(wide), 1.0 / 64)) << "computed in float32 and rounded once";
  const auto weighted = [&](const auto& x) { return Weighted(attend(x).to(at::kFloat)); };
  const auto got = testing::Gradients(weighted, in), want = testing::Gradients(weighted, wide);
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(got[i].to(at::kFloat), IsCloseTo(want[i], 0.05)) << i;
}

TEST(Attention, GradientAgreesWithFiniteDifferences) {
  const Packing packing = Sequences({4, 2}, 4, Layout::kPacked);
  const AttentionOptions options{2, false, 0.25, {1, 1, 0, at::tensor({5, 6}, at::kLong)}};
  const std::vector<at::Tensor> in = {RandomTensor({6, 6}, 1), RandomTensor({6, 6}, 2), RandomTensor({6, 6}, 3)};
  auto f = [&](const auto& x) { return Weighted(Attention(x[0], x[1], x[2], packing, options)); };
  EXPECT_LT(testing::GradientError(f, in), 1e-8);
}

TEST(Attention, WithoutDropoutReadsNoSite) {
  const std::vector<at::Tensor> in = Inputs(at::kDouble, Full());
  const auto gradients = [&](const AttentionOptions& options) {
    return testing::Gradients([&](const auto& x) { return Weighted(Attention(x[0], x[1], x[2], Full(), options)); },
                              in);
  };
  const auto got = gradients({kHeads, false, 0, {}}), want = gradients(Options(false, 0));
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(got[i].equal(want[i]));
}

// One head of width 1, two positions: scores of each query are (0, ln 3), so the weights are (1/4, 3/4).
TEST(Attention, IsTheHandWorkedCase) {
  const auto column = [](double a, double b) { return at::tensor({a, b}, at::kDouble).view({2, 1}); };
  const Packing packing{{2}, 2, {}, {}};
  const at::Tensor out = Attention(column(1, 1), column(0, std::log(3.0)), column(4, 8), packing, {1, false, 0, {}});
  EXPECT_NEAR(out[0][0].item<double>(), 7, 1e-6);
}

// Dropout is on too: a sequence loses what its sample and positions say.
TEST(Attention, OfASequenceIsTheSameWhateverStandsBesideIt) {
  const Packing packed = Ragged(Layout::kPacked), alone = Sequences({70}, kLength, Layout::kPacked);
  const AttentionOptions options = Options(false, 0.25);
  AttentionOptions of_second = options;
  of_second.site.sample_ids = options.site.sample_ids.narrow(0, 1, 1);
  const std::vector<at::Tensor> in = Inputs(at::kFloat, packed);
  const auto second = [](const at::Tensor& x) { return x.narrow(0, kLength, 70); };
  EXPECT_THAT(Attention(second(in[0]), second(in[1]), second(in[2]), alone, of_second),
              IsCloseTo(second(Attention(in[0], in[1], in[2], packed, options)), 1e-6));
}

TEST(Attention, IsTheSamePackedAndPadded) {
  const Packing packed = Ragged(Layout::kPacked), padded = Ragged(Layout::kPadded);
  const std::vector<at::Tensor> in = Inputs(at::kFloat, packed);
  const auto attend = [&](const Packing& packing, const auto& x) {
    return Attention(x[0], x[1], x[2], packing, Options(false, 0.25));
  };
  std::vector<at::Tensor> places;
  for (const at::Tensor& x : in) places.push_back(Unpack(x, packed).flatten(0, 1));
  EXPECT_THAT(attend(padded, places).index_select(0, packed.rows), IsCloseTo(attend(packed, in), 1e-6));
}

// What keys and values hold in padding: the same bits at real positions, in value and gradient.
TEST(Attention, PaddedKeysDoNotLeak) {
  const Packing packing = Ragged(Layout::kPadded);
  const at::Tensor padding = packing.valid.logical_not().view({-1, 1});
  for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e30}) {
      const std::vector<at::Tensor> clean = Inputs(type, packing);
      const std::vector<at::Tensor> poisoned = {clean[0], clean[1].masked_fill(padding, bad),
                                                clean[2].masked_fill(padding, bad)};
      const auto weighted = [&](const auto& x) {
        return Weighted(Attention(x[0], x[1], x[2], packing, Options(false, 0.25)));
      };
      EXPECT_TRUE(weighted(poisoned).equal(weighted(clean))) << type << " " << bad;
      const auto want = testing::Gradients(weighted, clean), got = testing::Gradients(weighted, poisoned);
      for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(got[i].equal(want[i])) << type << " " << bad << " " << i;
    }
  }
}

// A key after the query changes nothing, and gets no gradient from it.
TEST(Attention, CausalQueriesSeeNothingThatComesLater) {
  const Packing packing = Sequences({kLength}, kLength, Layout::kPacked);
  std::vector<at::Tensor> in = Inputs(at::kDouble, packing);
  const auto first = [&](const auto& x) {
    return Attention(x[0], x[1], x[2], packing, Options(/*causal=*/true, 0)).narrow(0, 0, 10);
  };
  const at::Tensor want = first(in);
  const auto gradients = testing::Gradients([&](const auto& x) { return first(x).sum(); }, in);
  for (size_t i : {1, 2}) {
    EXPECT_GT(gradients[i].narrow(0, 0, 10).abs().sum().item<double>(), 0);
    EXPECT_EQ(gradients[i].narrow(0, 10, kLength - 10).abs().sum().item<double>(), 0);
    in[i].narrow(0, 10, kLength - 10).fill_(7);
  }
  EXPECT_THAT(first(in), IsCloseTo(want, 1e-14));
  EXPECT_THAT(want[0], IsCloseTo(in[2][0], 1e-14));  // The first query sees the first key alone.
}

TEST(Attention, DoesNotDependOnTheNumberOfThreads) {
  const Packing packing = Ragged(Layout::kPacked);
  const std::vector<at::Tensor> in = Inputs(at::kFloat, packing);
  const auto gradients = [&](int threads) {
    at::set_num_threads(threads);
    return testing::Gradients(
        [&](const auto& x) { return Weighted(Attention(x[0], x[1], x[2], packing, Options(false, 0.25))); }, in);
  };
  const int threads = at::get_num_threads();
  const auto one = gradients(1), three = gradients(3);
  at::set_num_threads(threads);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(one[i].equal(three[i])) << i;
}

}  // namespace
}  // namespace retort::ops
