#include "framework/eval/squad/answer_scores.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(NormalizeAnswer, AsTheScripts) {
  EXPECT_EQ(NormalizeAnswer("The  Cat's\tHAT!"), "cats hat");
  EXPECT_EQ(NormalizeAnswer("a-an the"), "aan") << "punctuation goes first";
  EXPECT_EQ(NormalizeAnswer("theatre, A. an"), "theatre");
  EXPECT_EQ(NormalizeAnswer("É “the” ÉTÉ\u00A0x"), "é “ ” été x");
  EXPECT_EQ(NormalizeAnswer("the\u0301 a1"), "\u0301 a1") << "a combining mark is of no word, a digit is";
  EXPECT_EQ(NormalizeAnswer("(the)"), "");
  EXPECT_EQ(NormalizeAnswer(""), "");
}

TEST(ScoreAnswer, CountsWordsAsOftenAsBothHaveThem) {
  const AnswerScores scores = ScoreAnswer({"red red car"}, "Red, red, red bus");
  EXPECT_EQ(scores.exact_match, 0);
  EXPECT_DOUBLE_EQ(scores.f1, 2 * (2.0 / 4) * (2.0 / 3) / (2.0 / 4 + 2.0 / 3));
}

TEST(ScoreAnswer, IsThatOfTheBestWantedOne) {
  const AnswerScores scores = ScoreAnswer({"blue", "the red car"}, "red car.");
  EXPECT_EQ(scores.exact_match, 1);
  EXPECT_EQ(scores.f1, 1);
  EXPECT_EQ(ScoreAnswer({"blue"}, "red").f1, 0);
}

TEST(ScoreAnswer, NoAnswerIsTheEmptyOne) {
  EXPECT_EQ(ScoreAnswer({}, "").f1, 1);
  EXPECT_EQ(ScoreAnswer({}, "").exact_match, 1);
  EXPECT_EQ(ScoreAnswer({}, "red").f1, 0);
  EXPECT_EQ(ScoreAnswer({"red"}, "").f1, 0);
  EXPECT_EQ(ScoreAnswer({"the", "red"}, "").exact_match, 0) << "an answer of nothing but an article does not count";
  EXPECT_EQ(ScoreAnswer({"the"}, "").exact_match, 1);
}

}  // namespace
}  // namespace retort
