#include "framework/eval/squad/best_answer.h"

#include <limits>
#include <string>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/allclose.h"
#include "ATen/ops/full.h"
#include "framework/data/sequences/test_store.h"
#include "framework/data/squad/squad_reader.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Two questions "x" of windows [CLS] x [SEP] . . . . [SEP]: "a b c d e f" has a b c d and c d e f, "g h" has one.
SquadWindows Letters() {
  Squad squad;
  squad.contexts = {"a b c d e f", "g h"};
  squad.questions = {{"one", "x", 0, true}, {"two", "x", 1, true}};
  auto windows = SquadWindows::Create(std::move(squad), {/*length=*/8, /*stride=*/2, /*question_length=*/2},
                                      *testing::LetterTokenizer());
  EXPECT_THAT(windows, testing::IsOk());
  return *std::move(windows);
}

class BestAnswerTest : public ::testing::Test {
 protected:
  BestAnswerTest() {
    for (const int64_t positions : {8, 8, 6}) logits_.push_back(at::full({positions, 2}, 0.0, at::kDouble));
  }

  void Set(int64_t window, int64_t first, double start, int64_t last, double end) {
    logits_[window].data_ptr<double>()[2 * first] = start;
    logits_[window].data_ptr<double>()[2 * last + 1] = end;
  }

  std::string Best(int64_t question = 0) const { return BestAnswer(windows_, question, logits_, rules_); }

  const SquadWindows windows_ = Letters();
  std::vector<at::Tensor> logits_;
  AnswerRules rules_;
};

TEST_F(BestAnswerTest, IsTheLargestSumOfAllWindows) {
  Set(0, 3, 2, 4, 1);  // a b
  Set(1, 5, 3, 6, 1);  // e f
  Set(2, 4, 9, 4, 9);  // h, of the other question
  EXPECT_EQ(Best(), "e f");
  EXPECT_EQ(Best(1), "h");
  Set(0, 3, 4, 4, 1);
  EXPECT_EQ(Best(), "a b");
}

TEST_F(BestAnswerTest, StandsInTheContext) {
  Set(0, 1, 9, 2, 9);  // The question.
  Set(0, 0, 9, 7, 9);  // [CLS] to [SEP].
  Set(0, 4, 1, 4, 1);
  EXPECT_EQ(Best(), "b");
}

TEST_F(BestAnswerTest, EndsBehindItsStart) {
  Set(0, 5, 5, 3, 5);  // c, and a before it.
  Set(0, 5, 5, 5, 1);
  EXPECT_EQ(Best(), "c");
}

TEST_F(BestAnswerTest, IsNoLongerThanAllowed) {
  Set(0, 3, 5, 5, 5);  // a b c
  EXPECT_EQ(Best(), "a b c");
  rules_.most_pieces = 2;
  Set(0, 3, 5, 4, 1);
  Set(0, 5, 1, 5, 5);
  EXPECT_EQ(Best(), "a b") << "c, 1 + 5, is as much as 5 + 1, but the larger start is looked at first";
}

TEST_F(BestAnswerTest, StartsWhereMostContextIs) {
  Set(1, 3, 5, 3, 5);  // c, of which the first window shows more.
  Set(1, 5, 1, 5, 1);
  EXPECT_EQ(Best(), "e");
}

TEST_F(BestAnswerTest, LooksAtTheBestPositionsAlone) {
  rules_.n_best = 1;
  Set(0, 3, 5, 4, 4);  // a, and the best end [SEP].
  Set(0, 3, 5, 7, 9);
  Set(1, 4, 1, 4, 1);  // d
  EXPECT_EQ(Best(), "d");
}

TEST_F(BestAnswerTest, NoAnswerWinsByMoreThanTheThreshold) {
  Set(0, 3, 2, 4, 2);
  Set(0, 0, 4, 0, 3);
  Set(1, 0, 3, 0, 3);  // The least of the windows.
  EXPECT_EQ(Best(), "a b") << "there is always an answer";
  rules_.null_threshold = 0;
  EXPECT_EQ(Best(), "");
  rules_.null_threshold = 2;
  EXPECT_EQ(Best(), "a b");
  rules_.null_threshold = 1.5;
  EXPECT_EQ(Best(), "");
}

TEST_F(BestAnswerTest, WhatIsNoNumberNeverWins) {
  Set(0, 4, kNaN, 4, kNaN);
  Set(0, 0, kNaN, 0, kNaN);
  Set(0, 3, 1, 3, 1);
  rules_.null_threshold = -5;
  Set(1, 0, -4, 0, -4);
  EXPECT_EQ(Best(), "a") << "the second window's [CLS] is too small";
  logits_[0].fill_(kNaN);
  logits_[1].fill_(kNaN);
  EXPECT_EQ(Best(), "");
}

// A random model of one layer with a head of spans, on letters.
class SpanModel {
 public:
  explicit SpanModel(uint64_t seed)
      : encoder_(Config()), parameters_(EncoderParameterSpecs(encoder_.config()), at::kFloat, at::kCPU) {
    InitializeRandomNormal(seed, /*range=*/0.5, 0, &parameters_);
  }

  EvaluatedModel view() const { return {&encoder_, &parameters_}; }

 private:
  static EncoderConfig Config() {
    EncoderConfig config = testing::SmallEncoder(1);
    config.vocabulary_size = 31;
    config.heads = {PlainHead(HeadKind::kSpans, Pooling::kNone)};
    return config;
  }

  Encoder encoder_;
  ParameterSet parameters_;
};

TEST(SpanLogits, AreThoseOfEachWindowAlone) {
  const SquadWindows windows = Letters();
  const SpanModel a(1), b(2);
  const auto both = SpanLogits({a.view(), b.view()}, windows, at::kCPU);
  const auto alone = SpanLogits({b.view()}, windows, at::kCPU, /*most_positions=*/1);
  ASSERT_EQ(both.size(), 2u);
  ASSERT_EQ(both[1].size(), 3u);
  for (size_t w = 0; w < 3; ++w) {
    EXPECT_EQ(both[1][w].sizes(), at::IntArrayRef({w == 2 ? 6 : 8, 2}));
    EXPECT_TRUE(both[1][w].is_contiguous());
    EXPECT_TRUE(at::allclose(both[1][w], alone[0][w], 1e-5, 1e-5));
  }
  EXPECT_FALSE(at::allclose(both[0][0], both[1][0]));
}

}  // namespace
}  // namespace retort
