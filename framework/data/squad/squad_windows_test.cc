#include "framework/data/squad/squad_windows.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

// "x y?" of the letters a to j, answered by "e f".
Squad Letters() {
  Squad squad;
  squad.contexts = {"a b c d e f g h i j"};
  squad.questions = {{"q", "x y", 0, false, {{"nowhere", std::nullopt}, {"e f", 8}}}};
  return squad;
}

// Windows of four pieces of the context, two apart.
constexpr SquadCut kCut{/*length=*/9, /*stride=*/2, /*question_length=*/2};

SquadWindows Cut(Squad squad, const SquadCut& cut = kCut) {
  auto windows = SquadWindows::Create(std::move(squad), cut, *testing::LetterTokenizer());
  EXPECT_THAT(windows, IsOk());
  return *std::move(windows);
}

using Positions = std::pair<int64_t, int64_t>;

Positions SpanOf(const SquadWindows& windows, int64_t window) {
  const Span span = windows.Sequence(window).span;
  return {span.first, span.last};
}

TEST(SquadWindows, OverlapAndSpanTheAnswer) {
  const SquadWindows windows = Cut(Letters());
  ASSERT_EQ(windows.size(), 4);
  EXPECT_THAT(windows.Lengths(), ElementsAre(9, 9, 9, 9));
  const StepSequence first = windows.Sequence(0);
  EXPECT_THAT(first.ids, ElementsAre(2, 28, 29, 3, 5, 6, 7, 8, 3));
  EXPECT_THAT(first.token_types, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1, 1));
  EXPECT_THAT(first.labels, ::testing::Each(kNoLabel));
  EXPECT_EQ(windows.Sequence(3).sample_id, 3);
  EXPECT_EQ(SpanOf(windows, 0), Positions(0, 0)) << "a b c d";
  EXPECT_EQ(SpanOf(windows, 1), Positions(6, 7)) << "c d e f";
  EXPECT_EQ(SpanOf(windows, 2), Positions(4, 5)) << "e f g h";
  EXPECT_EQ(SpanOf(windows, 3), Positions(0, 0)) << "g h i j";
  EXPECT_EQ(windows.Text(windows.windows()[1], 6, 7), "e f");
  EXPECT_EQ(windows.first_window(1), 4);
}

TEST(SquadWindows, AnAnswerThatIsCutOffIsNotInTheWindow) {
  SquadCut cut = kCut;
  cut.stride = 1;
  const SquadWindows windows = Cut(Letters(), cut);
  ASSERT_EQ(windows.size(), 7);
  EXPECT_EQ(SpanOf(windows, 1), Positions(0, 0)) << "b c d e";
}

TEST(SquadWindows, OnePieceHasMostContextInOneWindow) {
  const SquadWindows windows = Cut(Letters());
  // e is the third of c d e f, with one piece to its right, and the first of e f g h.
  EXPECT_TRUE(windows.HasMostContext(1, 6));
  EXPECT_FALSE(windows.HasMostContext(2, 4));
  // c is the third of a b c d, d the fourth, and the second of c d e f.
  EXPECT_TRUE(windows.HasMostContext(0, 6));
  EXPECT_FALSE(windows.HasMostContext(0, 7));
  EXPECT_TRUE(windows.HasMostContext(1, 5));
}

TEST(SquadWindows, StrideIsAtMostAWindow) {
  SquadCut cut = kCut;
  cut.stride = 100;
  const SquadWindows windows = Cut(Letters(), cut);
  ASSERT_EQ(windows.size(), 3);
  EXPECT_EQ(windows.windows()[1].first_piece, 4);
  EXPECT_EQ(windows.windows()[2].pieces, 2);
  EXPECT_THAT(windows.Lengths(), ElementsAre(9, 9, 7));
}

TEST(SquadWindows, QuestionsAreCut) {
  Squad squad = Letters();
  squad.questions[0].text = " z y x";
  const SquadWindows windows = Cut(std::move(squad));
  EXPECT_EQ(windows.Sequence(0).ids[2], 29);
  EXPECT_EQ(windows.Sequence(0).ids[3], 3);
  EXPECT_THAT(windows.notes(), ElementsAre("1 of 1 questions cut to 2 pieces"));
}

TEST(SquadWindows, ImpossibleQuestionsPointAtTheFirstPosition) {
  Squad squad = Letters();
  squad.questions[0].answers.clear();
  EXPECT_FALSE(Cut(squad).labelled());
  EXPECT_EQ(SpanOf(Cut(squad), 0), Positions(kNoLabel, kNoLabel));
  squad.questions[0].impossible = true;
  EXPECT_TRUE(Cut(squad).labelled());
  for (int64_t window = 0; window < 4; ++window) {
    EXPECT_EQ(SpanOf(Cut(squad), window), Positions(0, 0));
  }
}

TEST(SquadWindows, AnswersThatStandNowhereAreNoLabels) {
  Squad squad = Letters();
  squad.questions[0].answers.pop_back();
  EXPECT_TRUE(Cut(squad).labelled()) << "it can be scored";
  EXPECT_EQ(SpanOf(Cut(squad), 1), Positions(kNoLabel, kNoLabel));
}

TEST(SquadWindows, AContextWithoutPiecesIsOneWindow) {
  Squad squad = Letters();
  squad.contexts = {""};
  squad.questions[0].answers.pop_back();
  const SquadWindows windows = Cut(std::move(squad));
  ASSERT_EQ(windows.size(), 1);
  EXPECT_THAT(windows.Sequence(0).ids, ElementsAre(2, 28, 29, 3, 3));
}

TEST(SquadWindows, StepsHoldTheirWindows) {
  const SquadWindows windows = Cut(Letters());
  const StepBatch step = windows.Step({2, 1}, /*epoch=*/3);
  EXPECT_EQ(step.epoch, 3);
  ASSERT_EQ(step.sequences.size(), 2u);
  EXPECT_EQ(step.sequences[1].ids, windows.Sequence(1).ids);
}

TEST(SquadWindows, HashesWhatTheyAreMadeOf) {
  const SquadWindows one = Cut(Letters());
  Squad squad = Letters();
  squad.questions[0].id = "other";
  EXPECT_EQ(Cut(squad).content_hash(), one.content_hash());
  EXPECT_EQ(Cut(squad).text_hash(), one.text_hash());
  squad.questions[0].answers[1] = {"e", 8};
  EXPECT_NE(Cut(squad).content_hash(), one.content_hash());
  EXPECT_NE(Cut(squad).text_hash(), one.text_hash());
  squad = Letters();
  squad.questions[0].text = "x  y";
  EXPECT_EQ(Cut(squad).content_hash(), one.content_hash()) << "the same pieces";
  EXPECT_NE(Cut(squad).text_hash(), one.text_hash());
}

TEST(SquadWindows, ErrorsNameTheQuestion) {
  Squad squad = Letters();
  squad.questions[0].text = "\xff";
  EXPECT_THAT(SquadWindows::Create(std::move(squad), kCut, *testing::LetterTokenizer()),
              IsInvalidArgument("question q: "));
}

}  // namespace
}  // namespace retort
