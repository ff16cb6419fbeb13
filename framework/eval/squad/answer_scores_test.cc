#include "framework/eval/squad/answer_scores.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
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
  for (const AnswerScript script : {AnswerScript::kSquad1, AnswerScript::kSquad2}) {
    const AnswerScores scores = ScoreAnswer(script, {"red red car"}, "Red, red, red bus");
    EXPECT_EQ(scores.exact_match, 0);
    EXPECT_DOUBLE_EQ(scores.f1, 2 * (2.0 / 4) * (2.0 / 3) / (2.0 / 4 + 2.0 / 3));
  }
}

TEST(ScoreAnswer, IsThatOfTheBestWantedOne) {
  for (const AnswerScript script : {AnswerScript::kSquad1, AnswerScript::kSquad2}) {
    const AnswerScores scores = ScoreAnswer(script, {"blue", "the red car"}, "red car.");
    EXPECT_EQ(scores.exact_match, 1);
    EXPECT_EQ(scores.f1, 1);
    EXPECT_EQ(ScoreAnswer(script, {"blue"}, "red").f1, 0);
    EXPECT_EQ(ScoreAnswer(script, {"red"}, "").f1, 0);
  }
}

TEST(ScoreAnswer, OfSquad2NoAnswerIsTheEmptyOne) {
  const auto score = [](const std::vector<std::string>& wanted, absl::string_view answer) {
    return ScoreAnswer(AnswerScript::kSquad2, wanted, answer);
  };
  EXPECT_EQ(score({}, "").f1, 1);
  EXPECT_EQ(score({}, "").exact_match, 1);
  EXPECT_EQ(score({}, "red").f1, 0);
  EXPECT_EQ(score({"the", "red"}, "").exact_match, 0) << "an answer of nothing but an article does not count";
  EXPECT_EQ(score({"the"}, "").exact_match, 1);
}

TEST(ScoreAnswer, OfSquad1AnArticleIsAnAnswerThatSharesNoWords) {
  const AnswerScores scores = ScoreAnswer(AnswerScript::kSquad1, {"red", "the"}, "A");
  EXPECT_EQ(scores.exact_match, 1);
  EXPECT_EQ(scores.f1, 0);
}

}  // namespace
}  // namespace retort
