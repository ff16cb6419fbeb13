#include "framework/data/squad/squad_reader.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

std::string PathOf(const std::string& contents) {
  const std::string path = ::testing::TempDir() + "/squad.json";
  EXPECT_THAT(AtomicWriteFile(path, contents), IsOk());
  return path;
}

// A file of one paragraph, "Ünï 42 ß.", with these questions.
std::string FileOf(const std::string& questions) {
  return absl::StrCat(R"({"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": "Ünï 42 ß.", "qas": [)",
                      questions, "]}]}]}");
}

absl::StatusOr<Squad> Read(const std::string& questions, const SquadRules& rules = {}) {
  return ReadSquad(PathOf(FileOf(questions)), rules);
}

TEST(ReadSquad, AnswersStandAtCodePoints) {
  const auto squad = Read(R"({"id": "a", "question": "How many?", "answers": [{"text": "42", "answer_start": 4},
                              {"text": "ß", "answer_start": 7}]}, {"id": "b", "question": "What?",
                              "is_impossible": false, "answers": [{"text": "Ünï", "answer_start": 0}]})");
  ASSERT_THAT(squad, IsOk());
  ASSERT_THAT(squad->contexts, ElementsAre("Ünï 42 ß."));
  ASSERT_EQ(squad->questions.size(), 2u);
  const SquadQuestion& question = squad->questions[0];
  EXPECT_EQ(question.id, "a");
  EXPECT_EQ(question.text, "How many?");
  EXPECT_EQ(question.context, 0);
  EXPECT_FALSE(question.impossible);
  ASSERT_EQ(question.answers.size(), 2u);
  EXPECT_EQ(question.answers[0].text, "42");
  EXPECT_EQ(question.answers[0].begin, 6) << "Ü and ï are two bytes each";
  EXPECT_EQ(question.answers[1].begin, 9);
  EXPECT_EQ(squad->questions[1].answers[0].begin, 0);
  EXPECT_THAT(squad->notes, ElementsAre());
}

TEST(ReadSquad, ImpossibleQuestionsHaveNoAnswer) {
  const std::string question = R"({"id": "a", "question": "?", "is_impossible": true, "answers": [],
                                   "plausible_answers": [{"text": "42", "answer_start": 4}]})";
  const auto squad = Read(question, {/*impossible=*/true});
  ASSERT_THAT(squad, IsOk());
  EXPECT_TRUE(squad->questions[0].impossible);
  EXPECT_TRUE(squad->questions[0].answers.empty());
  EXPECT_THAT(Read(question), IsInvalidArgument("squad.json: question a: want an answer, got is_impossible: true; for "
                                                "SQuAD 2.0 say impossible: true"));
}

TEST(ReadSquad, PlacesWhereAnswersDoNotStandAreCounted) {
  const auto squad = Read(R"({"id": "a", "question": "?", "answers": [{"text": "42", "answer_start": 5},
                              {"text": "42", "answer_start": 99}, {"text": "", "answer_start": 0},
                              {"text": "42", "answer_start": 4}]})");
  ASSERT_THAT(squad, IsOk());
  ASSERT_EQ(squad->questions[0].answers.size(), 4u);
  for (int i : {0, 1, 2}) EXPECT_FALSE(squad->questions[0].answers[i].begin) << i;
  EXPECT_TRUE(squad->questions[0].answers[3].begin);
  EXPECT_THAT(squad->notes,
              ElementsAre(::testing::HasSubstr(
                  "squad.json: left out 3 places of answers at which they do not stand, the first of question a")));
}

TEST(ReadSquad, OnlyUnlabelledFilesMayLackAnswers) {
  const std::string question = R"({"id": "a", "question": "?"})";
  EXPECT_THAT(Read(question), IsInvalidArgument("question a: want answers or is_impossible: true, got neither"));
  EXPECT_THAT(Read(question, {/*impossible=*/false, /*labelled=*/false}), IsOk());
}

TEST(ReadSquad, PackedFiles) {
  const std::string text = FileOf(R"({"id": "a", "question": "?", "answers": [{"text": "42", "answer_start": 4}]})");
  const auto squad = ReadSquad(PathOf(testing::Xz(text)), {});
  ASSERT_THAT(squad, IsOk());
  EXPECT_EQ(squad->questions[0].answers[0].begin, 6);
}

TEST(ReadSquad, Errors) {
  EXPECT_THAT(ReadSquad(PathOf(""), {}), IsInvalidArgument("squad.json: want JSON, got "));
  EXPECT_THAT(ReadSquad(PathOf(R"({"data": [)"), {}), IsInvalidArgument("squad.json: want JSON, got "));
  EXPECT_THAT(ReadSquad(PathOf("[]"), {}), IsInvalidArgument("squad.json: want an object, got an array of 0"));
  EXPECT_THAT(ReadSquad(PathOf("{}"), {}), IsInvalidArgument("squad.json: data: want a list, got nothing"));
  EXPECT_THAT(ReadSquad(PathOf(R"({"data": [{"paragraphs": [{"qas": []}]}]})"), {}),
              IsInvalidArgument("squad.json: data[0].paragraphs[0].context: want a string, got nothing"));
  EXPECT_THAT(Read(R"({"question": "?"})"),
              IsInvalidArgument("data[0].paragraphs[0].qas[0].id: want a string, got nothing"));
  EXPECT_THAT(Read(R"({"id": "a", "answers": []})"),
              IsInvalidArgument("question a: question: want a string, got nothing"));
  EXPECT_THAT(Read(R"({"id": "a", "question": "?", "answers": [{"text": "42", "answer_start": "4"}]})"),
              IsInvalidArgument("question a: answers[0].answer_start: want a whole number from 0 to 2^31 - 1"));
  const std::string question = R"({"id": "a", "question": "?", "answers": [{"text": "42", "answer_start": 4}]})";
  EXPECT_THAT(Read(question + ", " + question), IsInvalidArgument("question a: want each id once, got it again at "));
  EXPECT_THAT(Read(R"({"id": "a", "question": "?", "is_impossible": true,
                       "answers": [{"text": "42", "answer_start": 4}]})",
                   {/*impossible=*/true}),
              IsInvalidArgument("question a: want no answers to an impossible question, got 1"));
}

TEST(KeepQuestions, DropsContextsWithoutQuestions) {
  Squad squad;
  squad.contexts = {"one", "two"};
  squad.questions = {{"a", "?", 0}, {"b", "?", 1}, {"c", "?", 1}};
  const Squad kept = KeepQuestions(squad, [](const SquadQuestion& question, const std::string& context) {
    return context == "two" && question.id != "b";
  });
  EXPECT_THAT(kept.contexts, ElementsAre("two"));
  ASSERT_EQ(kept.questions.size(), 1u);
  EXPECT_EQ(kept.questions[0].id, "c");
  EXPECT_EQ(kept.questions[0].context, 0);
}

}  // namespace
}  // namespace retort
