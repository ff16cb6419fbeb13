#include "framework/data/sampling/sampler.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "framework/base/philox.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

// Mostly full sequences, some of any length from 3 on, few of the rest.
std::vector<int32_t> Lengths(int count, int longest) {
  std::vector<int32_t> lengths(count);
  for (int i = 0; i < count; ++i) {
    const PhiloxCounter bits = Philox4x32({static_cast<uint32_t>(i), 0, 0, 0}, {7, 7});
    lengths[i] = bits[0] % 2 == 0 ? longest : 3 + static_cast<int>(bits[1] % (longest - 2));
  }
  return lengths;
}

std::unique_ptr<Sampler> Make(const std::vector<int32_t>& lengths, const SamplerOptions& options) {
  auto sampler = Sampler::Create(lengths, options);
  EXPECT_TRUE(sampler.ok()) << sampler.status();
  return *std::move(sampler);
}

SamplerOptions Sequences(int64_t sequences, bool group = true, uint64_t seed = 1) {
  SamplerOptions options;
  options.sequences = sequences;
  options.group_by_length = group;
  options.data_seed = seed;
  return options;
}

SamplerOptions Tokens(int64_t tokens, bool group = true) {
  SamplerOptions options = Sequences(0, group);
  options.tokens = tokens;
  return options;
}

std::vector<StepSamples> Epoch(const Sampler& sampler, int64_t epoch) {
  std::vector<StepSamples> plans;
  for (int64_t i = 0; i < sampler.steps_per_epoch(); ++i) {
    plans.push_back(sampler.Step(epoch * sampler.steps_per_epoch() + i));
    EXPECT_EQ(plans.back().epoch, epoch);
  }
  return plans;
}

// Checks that no sample stands twice, and returns those that stand in the epoch.
std::set<int64_t> Seen(const std::vector<StepSamples>& epoch) {
  std::set<int64_t> seen;
  for (const StepSamples& plan : epoch) {
    for (const int64_t sample : plan.samples) EXPECT_TRUE(seen.insert(sample).second) << sample;
  }
  return seen;
}

int64_t PaddedPositions(const std::vector<int32_t>& lengths, const StepSamples& plan) {
  int32_t longest = 0;
  for (const int64_t sample : plan.samples) longest = std::max(longest, lengths[sample]);
  return longest * static_cast<int64_t>(plan.samples.size());
}

double PaddingShare(const std::vector<int32_t>& lengths, const std::vector<StepSamples>& epoch) {
  double real = 0, padded = 0;
  for (const StepSamples& plan : epoch) {
    padded += PaddedPositions(lengths, plan);
    for (const int64_t sample : plan.samples) real += lengths[sample];
  }
  return 1 - real / padded;
}

TEST(SamplerTest, EveryStepHasTheSequencesAskedFor) {
  const auto lengths = Lengths(1003, 64);
  for (const bool group : {false, true}) {
    const auto sampler = Make(lengths, Sequences(16, group));
    EXPECT_EQ(sampler->steps_per_epoch(), 62);
    const auto epoch = Epoch(*sampler, 3);
    for (const StepSamples& plan : epoch) EXPECT_EQ(plan.samples.size(), 16u);
    EXPECT_EQ(Seen(epoch).size(), 62u * 16);
  }
}

TEST(SamplerTest, StepsFitTheTokenBudget) {
  const auto lengths = Lengths(2000, 64);
  for (const bool group : {false, true}) {
    const auto sampler = Make(lengths, Tokens(1000, group));
    const auto epoch = Epoch(*sampler, 0);
    for (const StepSamples& plan : epoch) EXPECT_LE(PaddedPositions(lengths, plan), 1000);
    EXPECT_GE(Seen(epoch).size(), lengths.size() - 15);
  }
  // A bin's width and the sequences that do not fit any more are all that is lost.
  int64_t full = 0;
  const auto epoch = Epoch(*Make(lengths, Tokens(1000)), 0);
  for (const StepSamples& plan : epoch) full += PaddedPositions(lengths, plan) > 1000 - 64 - 4 * 40;
  EXPECT_GT(full, static_cast<int64_t>(epoch.size()) * 8 / 10);
}

TEST(SamplerTest, GroupingSavesPadding) {
  const auto lengths = Lengths(5000, 128);
  EXPECT_GT(PaddingShare(lengths, Epoch(*Make(lengths, Sequences(16, false)), 0)), 0.2);
  EXPECT_LT(PaddingShare(lengths, Epoch(*Make(lengths, Sequences(16, true)), 0)), 0.05);
}

TEST(SamplerTest, EachSampleHasItsTurn) {
  // Few long samples, few short ones: none may sit out for good.
  std::vector<int32_t> lengths(100, 30);
  lengths[7] = 64;
  lengths[8] = 3;
  for (const bool group : {false, true}) {
    const auto sampler = Make(lengths, Sequences(16, group));
    std::map<int64_t, int> times;
    for (int64_t epoch = 0; epoch < 100; ++epoch) {
      for (const int64_t sample : Seen(Epoch(*sampler, epoch))) ++times[sample];
    }
    EXPECT_EQ(times.size(), lengths.size());
    for (const auto& [sample, count] : times) EXPECT_GT(count, 75) << sample;  // 96 expected
  }
}

TEST(SamplerTest, AnyStepIsAtHand) {
  const auto lengths = Lengths(500, 64);
  const auto sampler = Make(lengths, Sequences(8));
  std::vector<std::vector<int64_t>> forward;
  for (int64_t step = 0; step < 200; ++step) forward.push_back(sampler->Step(step).samples);
  const auto other = Make(lengths, Sequences(8));
  for (int64_t step = 199; step >= 0; step -= 7) EXPECT_EQ(other->Step(step).samples, forward[step]);
}

TEST(SamplerTest, OrderFollowsFromSeedAndEpoch) {
  const auto lengths = Lengths(500, 64);
  const auto sampler = Make(lengths, Sequences(8));
  EXPECT_NE(sampler->Step(0).samples, sampler->Step(sampler->steps_per_epoch()).samples);
  EXPECT_NE(sampler->Step(0).samples, Make(lengths, Sequences(8, true, 2))->Step(0).samples);
  EXPECT_EQ(sampler->Step(0).samples, Make(lengths, Sequences(8, true, 1))->Step(0).samples);
}

TEST(SamplerTest, LongAndShortStepsAreMixed) {
  const auto lengths = Lengths(4000, 64);
  const auto epoch = Epoch(*Make(lengths, Sequences(16)), 0);
  // Mean place of the steps of full length; 0.5 if they are anywhere.
  double place = 0, count = 0;
  for (size_t i = 0; i < epoch.size(); ++i) {
    if (lengths[epoch[i].samples[0]] != 64) continue;
    place += static_cast<double>(i) / epoch.size();
    ++count;
  }
  EXPECT_NEAR(place / count, 0.5, 0.1);
}

TEST(SamplerTest, TheFirstPlaceIsAnyonesInTheLongRun) {
  const std::vector<int32_t> lengths(10, 5);
  const auto sampler = Make(lengths, Sequences(1));
  std::vector<int> first(10, 0);
  const int epochs = 5000;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) ++first[sampler->Step(epoch * 10).samples[0]];
  double chi_square = 0;
  for (const int count : first) chi_square += (count - epochs / 10.0) * (count - epochs / 10.0) / (epochs / 10.0);
  EXPECT_LT(chi_square, 27.9);  // 0.1 % quantile of 9 degrees of freedom
}

TEST(SamplerTest, TooFewSamplesAreAnError) {
  const std::vector<int32_t> lengths(10, 5);
  EXPECT_THAT(Sampler::Create(lengths, Sequences(11)).status().ToString(),
              HasSubstr("batch.sequences: want at most the 10 sequences there are, got 11"));
  EXPECT_THAT(Sampler::Create(lengths, Tokens(4)).status().ToString(),
              HasSubstr("batch.tokens: want at least the longest sequence's 5, got 4"));
  EXPECT_THAT(Sampler::Create(lengths, Tokens(55)).status().ToString(),
              HasSubstr("batch.tokens: want at most the 10 sequences of 5 positions there are, got 55"));
  EXPECT_TRUE(Sampler::Create(lengths, Tokens(54)).ok());
  EXPECT_FALSE(Sampler::Create({}, Sequences(1)).ok());
}

}  // namespace
}  // namespace retort
