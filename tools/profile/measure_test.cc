#include "tools/profile/measure.h"

#include <string>
#include <utility>

#include "ATen/Parallel.h"
#include "framework/testing/fixtures.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

const std::vector<std::vector<int32_t>> kSequences = {{2, 3}, {2, 3, 4, 5, 6}, {2, 3, 4}, {2, 3, 4, 5}};

ParameterSet ParametersOf(const EncoderConfig& config, at::ScalarType type = at::kFloat) {
  return ParameterSet(EncoderParameterSpecs(config), type, c10::Device(at::kCPU));
}

std::vector<int64_t> LengthsOf(const std::vector<Batch>& batches) {
  std::vector<int64_t> lengths;
  for (const Batch& batch : batches) {
    lengths.insert(lengths.end(), batch.masks.lengths.begin(), batch.masks.lengths.end());
  }
  return lengths;
}

TEST(CountParameters, PartsAddUp) {
  EncoderConfig config = testing::SmallEncoder(2);
  config.pooler = true;
  const ParameterCounts counts = CountParameters(EncoderParameterSpecs(config));
  // 11 pieces, 16 positions, 2 token types, and a LayerNorm, 8 wide.
  EXPECT_EQ(counts.embeddings, (11 + 16 + 2 + 2) * 8);
  // Two layers: four matrices 8 x 8, two 8 x 16, their biases, two LayerNorms. The pooler.
  EXPECT_EQ(counts.encoder, 2 * (4 * (64 + 8) + 2 * 128 + 16 + 8 + 4 * 8) + 64 + 8);
  // A dense layer, a LayerNorm, and the bias of the decoder, whose matrix is the embeddings'.
  EXPECT_EQ(counts.heads, 64 + 8 + 16 + 11);
  EXPECT_EQ(counts.total(), ParametersOf(config).parameter_count());
}

TEST(SequenceFlops, AreThoseOfLayersAndHeads) {
  EncoderConfig config = testing::SmallEncoder(2);
  // Two layers: per position 2 · (4 · 8² + 2 · 8 · 16) of matrices and 4 · 8 · 5 of attention.
  const double layers = 2 * 5 * (2 * (4 * 64 + 2 * 128) + 160);
  EXPECT_EQ(SequenceFlops(Encoder(config), 5), layers + 5 * (2 * 64 + 2 * 8 * 11));
  config.heads.clear();
  EXPECT_EQ(SequenceFlops(Encoder(config), 5), layers);
  config = testing::SmallModel("bert", 2, {HeadKind::kClasses});
  EXPECT_EQ(SequenceFlops(Encoder(config), 5), layers + 2 * 64 + 2 * 8 * 2);
}

TEST(MakeTextBatches, KeepsOrderOrSortsByLength) {
  const TextBatches batches = MakeTextBatches(kSequences, {3, 2, 0, c10::Device(at::kCPU)});
  EXPECT_THAT(batches.single, SizeIs(3));
  EXPECT_THAT(LengthsOf(batches.single), ElementsAre(2, 5, 3));
  EXPECT_THAT(batches.in_order, SizeIs(2));
  EXPECT_THAT(LengthsOf(batches.in_order), ElementsAre(2, 5, 3, 4));
  EXPECT_THAT(LengthsOf(batches.by_length), ElementsAre(5, 4, 3, 2));
  EXPECT_EQ(CountTokens(batches.in_order), 14);
  EXPECT_EQ(CountTokens(batches.by_length), 14);
  EXPECT_DOUBLE_EQ(PaddingShare(batches.in_order), 4.0 / 18);
  EXPECT_DOUBLE_EQ(PaddingShare(batches.by_length), 2.0 / 16);
  EXPECT_DOUBLE_EQ(PaddingShare(batches.single), 0);
}

TEST(MakeTextBatches, MeasuresAsManyAloneAsThereAre) {
  EXPECT_THAT(MakeTextBatches(kSequences, {0, 3}).single, SizeIs(4));
  EXPECT_THAT(MakeTextBatches(kSequences, {9, 3}).single, SizeIs(4));
  EXPECT_THAT(MakeTextBatches(kSequences, {9, 3}).in_order, SizeIs(2));
}

// Every family, head and precision that a folder may hold.
TEST(MeasureTurn, TimesEveryBatch) {
  const TextBatches batches = MakeTextBatches(kSequences, {2, 3});
  const std::vector<std::pair<std::string, std::vector<HeadKind>>> models = {
      {"bert", {HeadKind::kVocabulary}},
      {"bert", {HeadKind::kClasses, HeadKind::kSpans}},
      {"roberta", {HeadKind::kScore}},
      {"distilbert", {}},
      {"gpt2", {HeadKind::kVocabulary}}};
  for (const auto& [family, heads] : models) {
    const EncoderConfig config = testing::SmallModel(family, 1, heads);
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const Turn turn = MeasureTurn(Encoder(config), ParametersOf(config, type), batches);
      EXPECT_THAT(turn.single, SizeIs(2)) << family;
      EXPECT_GE(turn.in_order, 0);
      EXPECT_GE(turn.by_length, 0);
    }
  }
}

TEST(MeasureRounds, GoesThroughThreadsAndModelsInTurns) {
  const int threads = at::get_num_threads();
  std::vector<std::pair<int, int>> turns;
  std::vector<int> rounds;
  const auto model = [&](int number) {
    return [&turns, number] {
      turns.emplace_back(at::get_num_threads(), number);
      return Turn{{}, static_cast<double>(turns.size()), 0};
    };
  };
  const std::vector<Series> series =
      MeasureRounds({model(0), model(1)}, {1, 2}, 2, [&](int round) { rounds.push_back(round); });
  at::set_num_threads(threads);
  EXPECT_THAT(rounds, ElementsAre(0, 1));
  EXPECT_THAT(turns, ElementsAre(Pair(1, 0), Pair(1, 1), Pair(2, 0), Pair(2, 1), Pair(1, 0), Pair(1, 1), Pair(2, 0),
                                 Pair(2, 1)));
  ASSERT_THAT(series, SizeIs(4));
  EXPECT_EQ(series[2].threads, 2);
  EXPECT_EQ(series[2].model, 0u);
  ASSERT_THAT(series[2].rounds, SizeIs(2));
  EXPECT_EQ(series[2].rounds[0].in_order, 3);
  EXPECT_EQ(series[2].rounds[1].in_order, 7);
}

}  // namespace
}  // namespace retort
