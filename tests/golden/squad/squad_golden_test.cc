// Windows and answers found in logits, against what transformers' scripts for SQuAD made of the same; exact match and
// F1, against the official scripts' (make_goldens.py).

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/tensor.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/data/squad/squad_reader.h"
#include "framework/data/squad/squad_windows.h"
#include "framework/eval/squad/answer_scores.h"
#include "framework/eval/squad/best_answer.h"
#include "framework/testing/matchers.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/tokenizer.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"
#include "glog/logging.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/evaluation/spans/spans.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr double kTolerance = 1e-12;

Json Goldens(const char* kind) {
  std::ifstream file("tests/golden/squad/goldens.json");
  const Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  CHECK(!json.is_discarded()) << "goldens.json";
  return json.at(kind);
}

// Answers to questions, and what the scripts give for them.
struct Answered {
  std::vector<SquadQuestion> questions;
  std::vector<std::string> given;
  std::vector<Json> goldens;
};

// All answers, or those to questions that have one.
Answered AnswersOf(const Json& golden, bool impossible) {
  Answered answered;
  for (const Json& json : golden.at("questions")) {
    const auto wanted = json.at("wanted").get<std::vector<std::string>>();
    if (wanted.empty() && !impossible) continue;
    SquadQuestion& question = answered.questions.emplace_back();
    question.impossible = wanted.empty();
    for (const std::string& text : wanted) question.answers.push_back({text, std::nullopt});
    answered.given.push_back(json.at("given").get<std::string>());
    answered.goldens.push_back(impossible ? json : json.at("squad_1"));
  }
  return answered;
}

void ExpectScoresOfEach(const MetricScores& scores, const Answered& answered) {
  for (size_t q = 0; q < answered.questions.size(); ++q) {
    SCOPED_TRACE(answered.given[q] + ": " + answered.goldens[q].dump());
    EXPECT_EQ(scores.at("spans/exact_match").sum[q], answered.goldens[q].at("exact_match").get<double>());
    EXPECT_NEAR(scores.at("spans/f1").sum[q], answered.goldens[q].at("f1").get<double>(), kTolerance);
  }
}

TEST(SquadGolden, NormalizedAnswers) {
  const Json golden = Goldens("answers");
  for (const Json& json : golden.at("questions")) {
    EXPECT_EQ(NormalizeAnswer(json.at("given").get<std::string>()), json.at("normalized").get<std::string>());
  }
}

TEST(SquadGolden, ScoresOfSquad1) {
  const Json golden = Goldens("answers");
  const Answered answered = AnswersOf(golden, /*impossible=*/false);
  const MetricScores scores = SpansScores(answered.questions, answered.given, /*impossible=*/false);
  ExpectScoresOfEach(scores, answered);
  const Json& totals = golden.at("squad_1_totals");
  EXPECT_NEAR(scores.at("spans/exact_match").Mean(), totals.at("exact_match").get<double>(), kTolerance);
  EXPECT_NEAR(scores.at("spans/f1").Mean(), totals.at("f1").get<double>(), kTolerance);
}

TEST(SquadGolden, ScoresOfSquad2) {
  const Json golden = Goldens("answers");
  const Answered answered = AnswersOf(golden, /*impossible=*/true);
  const MetricScores scores = SpansScores(answered.questions, answered.given, /*impossible=*/true);
  ExpectScoresOfEach(scores, answered);
  const Json& totals = golden.at("totals");
  EXPECT_NEAR(scores.at("spans/exact_match").Mean(), totals.at("exact").get<double>(), kTolerance);
  EXPECT_NEAR(scores.at("spans/f1").Mean(), totals.at("f1").get<double>(), kTolerance);
  EXPECT_NEAR(scores.at("spans/answered_f1").Mean(), totals.at("HasAns_f1").get<double>(), kTolerance);
  EXPECT_NEAR(scores.at("spans/no_answer").Mean(), totals.at("NoAns_f1").get<double>(), kTolerance);
}

template <typename T>
std::unique_ptr<Tokenizer> Checked(absl::StatusOr<std::unique_ptr<T>> tokenizer) {
  CHECK(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

// A file's windows.
SquadWindows Cut(const std::string& file, const Tokenizer& tokenizer, const Json& golden) {
  auto squad = ReadSquad(file, {/*impossible=*/true});
  CHECK(squad.ok()) << squad.status();
  SquadCut cut;
  cut.length = golden.at("cut").at("length").get<int64_t>();
  cut.stride = golden.at("cut").at("stride").get<int64_t>();
  cut.question_length = golden.at("cut").at("question_length").get<int64_t>();
  auto windows = SquadWindows::Create(*std::move(squad), cut, tokenizer);
  CHECK(windows.ok()) << windows.status();
  return *std::move(windows);
}

// The windows of the made-up file.
SquadWindows WindowsOf(const Json& golden) {
  const std::string vocabulary = ::testing::TempDir() + "/vocab.txt", file = ::testing::TempDir() + "/squad.json";
  const auto pieces = golden.at("vocabulary").get<std::vector<std::string>>();
  EXPECT_THAT(AtomicWriteFile(vocabulary, absl::StrJoin(pieces, "\n") + "\n"), testing::IsOk());
  EXPECT_THAT(AtomicWriteFile(file, golden.at("file").dump()), testing::IsOk());
  return Cut(file, *Checked(WordPieceTokenizer::Load(vocabulary)), golden);
}

TEST(SquadGolden, Windows) {
  const Json golden = Goldens("windows");
  const SquadWindows windows = WindowsOf(golden);
  const Json& wanted = golden.at("windows");
  ASSERT_EQ(windows.size(), static_cast<int64_t>(wanted.size()));
  for (int64_t w = 0; w < windows.size(); ++w) {
    SCOPED_TRACE(w);
    const StepSequence sequence = windows.Sequence(w);
    EXPECT_EQ(sequence.ids, wanted[w].at("ids").get<std::vector<int32_t>>());
    EXPECT_EQ(sequence.token_types, wanted[w].at("token_types").get<std::vector<int32_t>>());
    EXPECT_EQ(std::vector<int64_t>({sequence.span.first, sequence.span.last}),
              wanted[w].at("span").get<std::vector<int64_t>>());
    const SquadWindow& window = windows.windows()[w];
    ASSERT_EQ(window.context_begin, wanted[w].at("context_begin").get<int64_t>());
    const auto most = wanted[w].at("most_context").get<std::vector<bool>>();
    ASSERT_EQ(window.pieces, static_cast<int64_t>(most.size()));
    for (int64_t i = 0; i < window.pieces; ++i) {
      EXPECT_EQ(windows.HasMostContext(w, window.context_begin + i), most[i]) << i;
    }
  }
}

void ExpectPiecesOf(const SquadWindows& windows, const Json& golden) {
  EXPECT_THAT(windows.notes(), ElementsAre(HasSubstr("questions cut to 24 pieces")));
  int64_t pieces = 0, sum_of_places_times_ids = 0;
  for (int64_t w = 0; w < windows.size(); ++w) {
    const std::vector<int32_t> ids = windows.Sequence(w).ids;
    pieces += static_cast<int64_t>(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) sum_of_places_times_ids += static_cast<int64_t>(i) * ids[i];
  }
  EXPECT_EQ(windows.questions().size(), golden.at("questions").get<size_t>());
  EXPECT_EQ(windows.size(), golden.at("windows").get<int64_t>());
  EXPECT_EQ(pieces, golden.at("pieces").get<int64_t>());
  EXPECT_EQ(sum_of_places_times_ids, golden.at("sum_of_places_times_ids").get<int64_t>());
}

// Labels answer their own questions.
void ExpectLabelsAreRight(const SquadWindows& windows) {
  std::vector<std::string> answers(windows.questions().size());
  for (const SquadWindow& window : windows.windows()) {
    if (window.answer.first == 0) continue;
    answers[window.question] = std::string(windows.Text(window, window.answer.first, window.answer.last));
  }
  const MetricScores scores = SpansScores(windows.questions(), answers, /*impossible=*/false);
  EXPECT_EQ(scores.at("spans/exact_match").Mean(), 1);
}

TEST(SquadGolden, ShippedFileInWordPieces) {
  const Json golden = Goldens("shipped_bert");
  const auto tokenizer = Checked(WordPieceTokenizer::Load("data/vocab/bert-base-uncased-vocab.txt"));
  const SquadWindows windows = Cut(golden.at("file").get<std::string>(), *tokenizer, golden);
  ExpectPiecesOf(windows, golden);
  ExpectLabelsAreRight(windows);
  int64_t with_answer = 0, sum_of_positions = 0;
  for (const SquadWindow& window : windows.windows()) {
    sum_of_positions += window.answer.first + window.answer.last;
    if (window.answer.first > 0) ++with_answer;
  }
  EXPECT_EQ(with_answer, golden.at("with_answer").get<int64_t>());
  EXPECT_EQ(sum_of_positions, golden.at("sum_of_positions").get<int64_t>());
}

TEST(SquadGolden, ShippedFileInBytePairs) {
  const Json golden = Goldens("shipped_roberta");
  const auto tokenizer =
      Checked(ByteBpeTokenizer::Load("data/vocab/roberta/vocab.json", "data/vocab/roberta/merges.txt"));
  const SquadWindows windows = Cut(golden.at("file").get<std::string>(), *tokenizer, golden);
  ExpectPiecesOf(windows, golden);
  ExpectLabelsAreRight(windows);
  EXPECT_TRUE(windows.Sequence(0).token_types.empty());
}

at::Tensor LogitsOf(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  return at::tensor(values, at::kDouble).view({-1, 2});
}

TEST(SquadGolden, AnswersInLogits) {
  const Json golden = Goldens("windows");
  const SquadWindows windows = WindowsOf(golden);
  std::vector<at::Tensor> logits;
  for (const Json& window : golden.at("windows")) logits.push_back(LogitsOf(window.at("logits")));
  AnswerRules rules;
  rules.n_best = golden.at("rules").at("n_best").get<int64_t>();
  rules.most_pieces = golden.at("rules").at("most_answer_pieces").get<int64_t>();
  AnswerRules with_null = rules;
  with_null.null_threshold = golden.at("rules").at("null_threshold").get<double>();
  for (size_t q = 0; q < windows.questions().size(); ++q) {
    const std::string& id = windows.questions()[q].id;
    const auto question = static_cast<int64_t>(q);
    EXPECT_EQ(BestAnswer(windows, question, logits, rules), golden.at("always_answered").at(id).get<std::string>());
    EXPECT_EQ(BestAnswer(windows, question, logits, with_null), golden.at("answered").at(id).get<std::string>());
  }
}

}  // namespace
}  // namespace retort
