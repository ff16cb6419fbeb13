#include "plugins/evaluation/spans/spans.h"

#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "framework/base/file.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/test_store.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/testing/evaluation_conformance.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/data/squad/squad.h"

namespace retort {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::Not;

TEST(SpansScores, OnePerQuestion) {
  const std::vector<SquadQuestion> questions = {
      {"a", "?", 0, false, {{"the red car", 0}}}, {"b", "?", 0, true}, {"c", "?", 0, true}};
  const std::vector<std::string> answers = {"red bus", "", "red"};
  const MetricScores plain = SpansScores(questions, answers, /*impossible=*/false);
  EXPECT_EQ(plain.size(), 2u);
  const MetricScores scores = SpansScores(questions, answers, /*impossible=*/true);
  EXPECT_THAT(scores.at("spans/f1").sum, ElementsAre(0.5, 1, 0));
  EXPECT_THAT(scores.at("spans/f1").count, ElementsAre(1, 1, 1));
  EXPECT_THAT(scores.at("spans/exact_match").sum, ElementsAre(0, 1, 0));
  EXPECT_EQ(scores.at("spans/answered_f1").Mean(), 0.5);
  EXPECT_EQ(scores.at("spans/no_answer").Mean(), 0.5);
  EXPECT_THAT(scores.at("spans/no_answer").count, ElementsAre(0, 1, 1));
}

TEST(SpansScores, ByTheScriptOfTheirData) {
  const std::vector<SquadQuestion> questions = {{"a", "?", 0, false, {{"The", 0}}}};
  EXPECT_THAT(SpansScores(questions, {"the"}, /*impossible=*/false).at("spans/f1").sum, ElementsAre(0));
  EXPECT_THAT(SpansScores(questions, {"the"}, /*impossible=*/true).at("spans/f1").sum, ElementsAre(1));
}

TEST(SpansScores, OfKindsThatAreThere) {
  const SquadQuestion answered = {"a", "?", 0, false, {{"red", 0}}}, impossible = {"b", "?", 0, true};
  const MetricScores of_answered = SpansScores({answered}, {"red"}, /*impossible=*/true);
  EXPECT_EQ(of_answered.count("spans/no_answer"), 0u);
  EXPECT_EQ(of_answered.at("spans/answered_f1").Mean(), 1);
  const MetricScores of_impossible = SpansScores({impossible}, {""}, /*impossible=*/true);
  EXPECT_EQ(of_impossible.count("spans/answered_f1"), 0u);
  EXPECT_EQ(of_impossible.at("spans/no_answer").Mean(), 1);
}

// A model of one layer with a head of spans, on letters.
class SpanModel {
 public:
  SpanModel() : encoder_(Config()), parameters_(EncoderParameterSpecs(encoder_.config()), at::kFloat, at::kCPU) {
    InitializeRandomNormal(/*seed=*/1, /*range=*/0.5, 0, &parameters_);
  }

  EvaluatedModel view() const { return {&encoder_, &parameters_}; }
  ParameterSet& parameters() { return parameters_; }

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

constexpr char kQuestions[] = R"({"data": [{"paragraphs": [{"context": "a b c d e f g h i j k l", "qas": [
    {"id": "q0", "question": "x", "answers": [{"text": "d e", "answer_start": 6}]},
    {"id": "q1", "question": "y", "is_impossible": true, "answers": []}]}, {"context": "m n", "qas": [
    {"id": "q2", "question": "x y", "answers": [{"text": "n", "answer_start": 2}]}]}]}]})";
constexpr char kAnswered[] = R"({"data": [{"paragraphs": [{"context": "m n", "qas": [
    {"id": "q", "question": "x y", "answers": [{"text": "n", "answer_start": 2}]}]}]}]})";
constexpr char kUnlabelled[] =
    R"({"data": [{"paragraphs": [{"context": "a b", "qas": [{"id": "t", "question": "x"}]}]}]})";

class SpansTest : public ::testing::Test {
 protected:
  SpansTest() {
    data_.set_train(Write("train.json", kQuestions));
    data_.set_report(data_.train());
    data_.set_test(Write("test.json", kUnlabelled));
    data_.set_length(12);
    data_.set_stride(3);
    data_.set_question_length(2);
    data_.set_impossible(true);
  }

  static std::string Write(const std::string& name, const char* text) {
    std::string path = ::testing::TempDir() + "/" + name;
    EXPECT_THAT(AtomicWriteFile(path, text), IsOk());
    return path;
  }

  absl::StatusOr<std::unique_ptr<Evaluator>> Create() {
    config_.mutable_data()->mutable_plugin()->PackFrom(data_);
    SpansEvaluation::FillDefaults(nullptr, &config_);
    return SpansEvaluation::Create(config_, {});
  }

  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(bool only_predicts = false) {
    const auto evaluator = Create();
    if (!evaluator.ok()) return evaluator.status();
    return (*evaluator)->Open({*tokenizer_, &cache_, only_predicts});
  }

  SquadDataConfig data_;
  SpansEvaluationConfig config_;
  const std::unique_ptr<Tokenizer> tokenizer_ = testing::LetterTokenizer();
  DataCache cache_{::testing::TempDir(), /*threads=*/1};
};

TEST_F(SpansTest, KeepsTheContractOfEvaluations) {
  const auto evaluator = Create();
  ASSERT_THAT(evaluator, IsOk());
  EXPECT_EQ((*evaluator)->metrics().size(), 4u);
  EXPECT_EQ((*evaluator)->metrics().front().name, SpansEvaluation::kPrimaryMetric);
  EXPECT_EQ((*evaluator)->needs().heads, std::set<HeadKind>{HeadKind::kSpans});
  EXPECT_EQ((*evaluator)->split(), "report");
  EXPECT_THAT(testing::CheckEvaluator(**evaluator, *tokenizer_, ::testing::TempDir()), IsOk());
}

TEST_F(SpansTest, Defaults) {
  ASSERT_THAT(Create(), IsOk());
  EXPECT_EQ(config_.most_answer_pieces(), 30);
  EXPECT_EQ(config_.n_best(), 20);
  EXPECT_TRUE(config_.has_null_threshold());
  EXPECT_FALSE(config_.has_sequences());
}

TEST_F(SpansTest, KeySaysHowAnswersAreFound) {
  const auto examples = Open();
  ASSERT_THAT(examples, IsOk());
  const std::string key = (*examples)->Key(), measured_on = (*examples)->MeasuredOn();
  EXPECT_THAT(key, ::testing::EndsWith(measured_on));
  EXPECT_THAT(measured_on, ::testing::EndsWith(" report 3 n_best 20 most_answer_pieces 30 null 0"));
  config_.set_null_threshold(1);
  EXPECT_NE((*Open())->MeasuredOn(), measured_on);
  config_.set_null_threshold(0);
  config_.set_sequences(2);
  EXPECT_NE((*Open())->MeasuredOn(), measured_on);
}

TEST_F(SpansTest, PredictsTexts) {
  config_.set_null_threshold(1e9);
  const SpanModel model;
  const auto predictions = (*Open())->Predict(model.view(), at::kCPU);
  ASSERT_THAT(predictions, IsOk());
  ASSERT_EQ(predictions->size(), 3u);
  EXPECT_EQ((*predictions)[2].id, "q2");
  EXPECT_THAT((*predictions)[2].answer, ::testing::AnyOf("m", "n", "m n"));
  config_.set_null_threshold(-1e9);
  const auto none = (*Open())->Predict(model.view(), at::kCPU);
  ASSERT_THAT(none, IsOk());
  for (const Prediction& prediction : *none) EXPECT_EQ(prediction.answer, "");
}

TEST_F(SpansTest, LogitsThatAreNoNumbersAnswerNothing) {
  SpanModel model;
  model.parameters().flat().fill_(std::numeric_limits<double>::quiet_NaN());
  const auto examples = Open();
  ASSERT_THAT(examples, IsOk());
  const auto scores = (*examples)->Score({model.view()}, std::nullopt, at::kCPU);
  EXPECT_THAT(scores[0].at("spans/f1").sum, ElementsAre(0, 1, 0)) << "an empty answer is right of an impossible one";
  EXPECT_THAT((*examples)->Predict(model.view(), at::kCPU),
              IsInvalidArgument("question q0: want a model whose logits are numbers, got NaN"));
}

TEST_F(SpansTest, SaysWhatIsLeftOut) {
  EXPECT_THAT((*Open())->notes(), Not(Contains(HasSubstr("left out"))));
  data_.set_report(Write("answered.json", kAnswered));
  const auto examples = Open();
  ASSERT_THAT(examples, IsOk());
  EXPECT_THAT((*examples)->notes(),
              Contains("spans: each of the 1 questions has an answer: spans/no_answer is left out"));
  data_.set_impossible(false);
  EXPECT_THAT((*Open())->notes(), Not(Contains(HasSubstr("left out")))) << "SQuAD 1.1 has no such metric";
}

TEST_F(SpansTest, WithoutAnswersItOnlyPredicts) {
  config_.set_split("test");
  EXPECT_THAT(Open(), IsInvalidArgument("split: want questions with answers, got \"test\" of SQuAD ("));
  const auto examples = Open(/*only_predicts=*/true);
  ASSERT_THAT(examples, IsOk());
  const SpanModel model;
  const auto predictions = (*examples)->Predict(model.view(), at::kCPU);
  ASSERT_THAT(predictions, IsOk());
  EXPECT_EQ(predictions->front().id, "t");
}

TEST_F(SpansTest, ImpossibleQuestionsAreSaid) {
  data_.set_impossible(false);
  EXPECT_THAT(Open(), IsInvalidArgument("question q1: want an answer, got is_impossible: true"));
  EXPECT_EQ((*Create())->metrics().size(), 2u);
}

TEST_F(SpansTest, SaysAllThatCannotBe) {
  Problems problems;
  config_.set_most_answer_pieces(0);
  config_.set_n_best(-1);
  config_.set_null_threshold(std::numeric_limits<double>::infinity());
  SpansEvaluation::Check("evaluation: ", config_, &problems);
  EXPECT_THAT(std::string(problems.ToStatus().message()),
              ::testing::AllOf(::testing::HasSubstr("evaluation: data: want a data plugin, got none"),
                               ::testing::HasSubstr("evaluation: most_answer_pieces: want >= 1, got 0\n"
                                                    "evaluation: n_best: want >= 1, got -1\n"
                                                    "evaluation: null_threshold: want a finite number, got inf")));
}

}  // namespace
}  // namespace retort
