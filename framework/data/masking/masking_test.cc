#include "framework/data/masking/masking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "framework/base/philox.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr int kVocabulary = 50;
constexpr int32_t kCls = 2, kSep = 3, kMask = 4;

MaskingContext Context(uint64_t seed = 1) { return {seed, kVocabulary, {0, 1, kCls, kSep, kMask}}; }

// [CLS], length - 2 pieces from 5 on, [SEP]. Sample ids are far apart.
StepBatch Step(int sequences, int length, int64_t epoch = 0) {
  StepBatch step;
  step.epoch = epoch;
  for (int i = 0; i < sequences; ++i) {
    StepSequence sequence;
    sequence.sample_id = int64_t{i} * 1000003;
    for (int p = 0; p < length; ++p) {
      const PhiloxCounter bits = Philox4x32({static_cast<uint32_t>(i), static_cast<uint32_t>(p), 0, 0}, {3, 3});
      sequence.ids.push_back(p == 0 ? kCls : p == length - 1 ? kSep : 5 + static_cast<int32_t>(bits[0] % 45));
    }
    sequence.labels.assign(length, kNoLabel);
    step.sequences.push_back(sequence);
  }
  return step;
}

std::vector<double> Scales(double smoothing = 0, const std::vector<int64_t>& counts = {}) {
  return MaskingRaceScales(counts.empty() ? std::vector<int64_t>(kVocabulary, 1) : counts, smoothing,
                           Context().special_ids);
}

void Bert(StepBatch* step, uint64_t seed = 1) { MaskBert({}, Context(seed), 0, step->sequences.size(), step); }

void Distilbert(StepBatch* step, const std::vector<double>& scales = Scales()) {
  MaskDistilbert({}, Context(), scales, 0, step->sequences.size(), step);
}

bool Same(const StepBatch& a, const StepBatch& b) {
  return std::equal(a.sequences.begin(), a.sequences.end(), b.sequences.begin(), b.sequences.end(),
                    [](const StepSequence& x, const StepSequence& y) {
                      return x.sample_id == y.sample_id && x.ids == y.ids && x.labels == y.labels;
                    });
}

struct Tally {
  int64_t chosen = 0, masked = 0, random = 0, kept = 0;
  std::map<int32_t, int64_t> drawn;  // pieces put in a chosen one's place, [MASK] and itself aside
};

// Counts, and checks that labels are the original's ids and that nothing else changed.
Tally Compare(const StepBatch& before, const StepBatch& after) {
  Tally tally;
  for (size_t i = 0; i < before.sequences.size(); ++i) {
    const StepSequence &from = before.sequences[i], &to = after.sequences[i];
    for (size_t p = 0; p < from.ids.size(); ++p) {
      if (to.labels[p] == kNoLabel) {
        EXPECT_EQ(to.ids[p], from.ids[p]);
        continue;
      }
      EXPECT_EQ(to.labels[p], from.ids[p]);
      EXPECT_GT(from.ids[p], kMask);
      ++tally.chosen;
      if (to.ids[p] == kMask) {
        ++tally.masked;
      } else if (to.ids[p] == from.ids[p]) {
        ++tally.kept;
      } else {
        ++tally.random;
        ++tally.drawn[to.ids[p]];
      }
    }
  }
  return tally;
}

// |observed - n·p| in standard deviations of a binomial.
double Deviation(int64_t observed, double n, double p) {
  return std::abs(observed - n * p) / std::sqrt(n * p * (1 - p));
}

TEST(MaskBertTest, RatesAreAsAsked) {
  const StepBatch before = Step(2000, 102);
  StepBatch after = before;
  Bert(&after);
  const Tally tally = Compare(before, after);
  EXPECT_LT(Deviation(tally.chosen, 200000, 0.15), 4);
  // A random piece is [MASK] or the piece itself once in 50 times each.
  EXPECT_LT(Deviation(tally.masked, tally.chosen, 0.8 + 0.1 / 50), 4);
  EXPECT_LT(Deviation(tally.kept, tally.chosen, 0.1 + 0.1 / 50), 4);
  double chi_square = 0;
  const double expected = tally.chosen * 0.1 / kVocabulary;
  for (int32_t id = 0; id < kVocabulary; ++id) {
    if (id == kMask) continue;
    // A piece from 5 on is not seen as random where it replaces itself, 1/45 of the places.
    const double here = id > kMask ? expected * 44 / 45 : expected;
    chi_square += (tally.drawn.at(id) - here) * (tally.drawn.at(id) - here) / here;
  }
  EXPECT_LT(chi_square, 85.4);  // 0.1 % quantile of 49 degrees of freedom
}

TEST(MaskBertTest, EachPositionIsChosenAsOften) {
  StepBatch step = Step(20000, 12);
  Bert(&step);
  for (int p = 1; p < 11; ++p) {
    int64_t chosen = 0;
    for (const StepSequence& sequence : step.sequences) chosen += sequence.labels[p] != kNoLabel;
    EXPECT_LT(Deviation(chosen, 20000, 0.15), 4) << p;
  }
}

TEST(MaskBertTest, NeighboursAndEpochsAreIndependent) {
  StepBatch first = Step(1000, 102), second = Step(1000, 102, 1);
  Bert(&first);
  Bert(&second);
  int64_t both_neighbours = 0, both_epochs = 0;
  for (size_t i = 0; i < first.sequences.size(); ++i) {
    const auto &a = first.sequences[i].labels, &b = second.sequences[i].labels;
    for (int p = 1; p < 101; ++p) {
      both_neighbours += a[p] != kNoLabel && a[p + 1] != kNoLabel;
      both_epochs += a[p] != kNoLabel && b[p] != kNoLabel;
    }
  }
  EXPECT_LT(Deviation(both_neighbours, 99000, 0.15 * 0.15), 4.5);
  EXPECT_LT(Deviation(both_epochs, 100000, 0.15 * 0.15), 4);
}

TEST(MaskBertTest, FollowsFromSeedSampleAndEpochAlone) {
  StepBatch whole = Step(40, 32), again = whole, other_seed = whole, alone = whole;
  Bert(&whole);
  Bert(&again);
  Bert(&other_seed, uint64_t{1} << 40 | 1);
  EXPECT_TRUE(Same(whole, again));
  EXPECT_FALSE(Same(whole, other_seed));
  // One sequence by itself, in another step and in slices.
  alone.sequences = {alone.sequences[17]};
  Bert(&alone);
  EXPECT_EQ(alone.sequences[0].ids, whole.sequences[17].ids);
  StepBatch sliced = Step(40, 32);
  for (const auto& [begin, end] : {std::pair(0, 7), std::pair(7, 40)}) MaskBert({}, Context(), begin, end, &sliced);
  EXPECT_TRUE(Same(sliced, whole));
}

TEST(MaskBertTest, SharesAreOptions) {
  const StepBatch before = Step(100, 52);
  StepBatch all = before, none = before, kept = before;
  MaskBert({1, 1, 0}, Context(), 0, 100, &all);
  MaskBert({0, 1, 0}, Context(), 0, 100, &none);
  MaskBert({1, 0, 0}, Context(), 0, 100, &kept);
  EXPECT_EQ(Compare(before, all).masked, 100 * 50);
  EXPECT_TRUE(Same(none, before));
  EXPECT_EQ(Compare(before, kept).kept, 100 * 50);
}

TEST(MaskDistilbertTest, ChoosesExactlyTheShareOfAllPositions) {
  for (const int length : {3, 12, 20, 33, 128}) {
    for (int sequences : {1, 3, 16}) {
      const StepBatch before = Step(sequences, length);
      StepBatch after = before;
      Distilbert(&after);
      const double positions = sequences * length;
      EXPECT_EQ(Compare(before, after).chosen, std::ceil(0.15 * positions)) << sequences << " x " << length;
    }
  }
}

TEST(MaskDistilbertTest, ChoosesAllThereIsIfThatIsLess) {
  const StepBatch before = Step(2, 3);
  StepBatch after = before;
  MaskDistilbert({0.9, 0.8, 0.1}, Context(), Scales(), 0, 2, &after);
  EXPECT_EQ(Compare(before, after).chosen, 2);
}

TEST(MaskDistilbertTest, SpecialsAreNeverChosen) {
  StepBatch before = Step(4, 20);
  for (StepSequence& sequence : before.sequences) {
    for (int p = 1; p < 15; ++p) sequence.ids[p] = p % 5;
  }
  StepBatch after = before;
  MaskDistilbert({0.9, 0.8, 0.1}, Context(), Scales(), 0, 4, &after);
  EXPECT_EQ(Compare(before, after).chosen, 4 * 4);  // Compare checks which
}

TEST(MaskDistilbertTest, FirstChoiceFollowsTheWeights) {
  // One choice among a piece seen 1, 16 and 81 times, weights 1, 1/4 and 1/9 for a smoothing of 1/2.
  std::vector<int64_t> counts(kVocabulary, 1);
  counts[6] = 16;
  counts[7] = 81;
  const auto scales = Scales(0.5, counts);
  EXPECT_DOUBLE_EQ(scales[7], 9);
  const double total = 1 + 1.0 / 4 + 1.0 / 9;
  const double expected[] = {1 / total, 1.0 / 4 / total, 1.0 / 9 / total};
  int64_t observed[3] = {};
  constexpr int kDraws = 20000;
  for (int64_t epoch = 0; epoch < kDraws; ++epoch) {
    StepBatch step;
    step.epoch = epoch;
    step.sequences = {{5, {kCls, 5, 6, 7, kSep}, std::vector<int32_t>(5, kNoLabel)}};
    Distilbert(&step, scales);
    for (int p = 1; p <= 3; ++p) observed[p - 1] += step.sequences[0].labels[p] != kNoLabel;
  }
  EXPECT_EQ(observed[0] + observed[1] + observed[2], kDraws);
  for (int i = 0; i < 3; ++i) EXPECT_LT(Deviation(observed[i], kDraws, expected[i]), 4) << i;
}

TEST(MaskDistilbertTest, LaterChoicesAreWithoutReplacement) {
  // Two of three positions: the pair without i has probability w_j w_k (1/(1 - w_j) + 1/(1 - w_k)), weights of sum 1.
  const double w[] = {0.5, 0.3, 0.2};
  auto scales = Scales();
  for (int i = 0; i < 3; ++i) scales[5 + i] = 1 / w[i];
  int64_t left_out[3] = {};
  constexpr int kDraws = 20000;
  for (int64_t epoch = 0; epoch < kDraws; ++epoch) {
    StepBatch step;
    step.epoch = epoch;
    step.sequences = {{5, {kCls, 5, 6, 7, kSep}, std::vector<int32_t>(5, kNoLabel)}};
    MaskDistilbert({0.4, 0.8, 0.1}, Context(), scales, 0, 1, &step);
    for (int p = 1; p <= 3; ++p) left_out[p - 1] += step.sequences[0].labels[p] == kNoLabel;
  }
  for (int i = 0; i < 3; ++i) {
    const double a = w[(i + 1) % 3], b = w[(i + 2) % 3];
    EXPECT_LT(Deviation(left_out[i], kDraws, a * b * (1 / (1 - a) + 1 / (1 - b))), 4) << i;
  }
}

TEST(MaskDistilbertTest, OrderOfSequencesDoesNotMatter) {
  StepBatch step = Step(16, 40), reversed = step;
  std::reverse(reversed.sequences.begin(), reversed.sequences.end());
  Distilbert(&step);
  Distilbert(&reversed);
  std::reverse(reversed.sequences.begin(), reversed.sequences.end());
  EXPECT_TRUE(Same(step, reversed));
}

TEST(MaskDistilbertTest, TiesGoBySampleAndPosition) {
  // A scale of 0 makes all keys equal.
  StepBatch step = Step(3, 12);
  Distilbert(&step, [] {
    std::vector<double> scales(kVocabulary, 0);
    std::fill(scales.begin(), scales.begin() + 5, INFINITY);
    return scales;
  }());
  for (int i = 0; i < 3; ++i) {
    for (int p = 0; p < 12; ++p) {
      EXPECT_EQ(step.sequences[i].labels[p] != kNoLabel, i == 0 && 1 <= p && p <= 6) << i << " " << p;  // ceil(5.4)
    }
  }
}

TEST(MaskDistilbertTest, RangesAreMaskedEachByItself) {
  StepBatch halves = Step(8, 30);
  MaskDistilbert({}, Context(), Scales(), 0, 4, &halves);
  MaskDistilbert({}, Context(), Scales(), 4, 8, &halves);
  EXPECT_EQ(halves.Masks(0, 4).Rows(RowSet::kLabelled), 18);
  EXPECT_EQ(halves.Masks(4, 8).Rows(RowSet::kLabelled), 18);
  StepBatch whole = Step(8, 30);
  Distilbert(&whole);
  EXPECT_FALSE(Same(halves, whole));
}

TEST(MaskingRaceScalesTest, UnseenPiecesCountAsSeenOnce) {
  std::vector<int64_t> counts(kVocabulary, 0);
  counts[8] = 1000;
  const auto scales = Scales(0.7, counts);
  EXPECT_EQ(scales[7], 1);
  EXPECT_DOUBLE_EQ(scales[8], std::pow(1000, 0.7));
  for (int id = 0; id < 5; ++id) EXPECT_TRUE(std::isinf(scales[id]));
}

}  // namespace
}  // namespace retort
