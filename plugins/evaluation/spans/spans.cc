#include "plugins/evaluation/spans/spans.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "framework/base/status_macros.h"
#include "framework/data/squad/squad_data.h"
#include "framework/data/squad/squad_windows.h"
#include "framework/data/training_data.h"
#include "framework/eval/scores/example_text.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/eval/squad/answer_scores.h"
#include "framework/eval/squad/best_answer.h"
#include "framework/eval/task/task_evaluator.h"
#include "glog/logging.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(SpansEvaluation, SpansEvaluationConfig);

constexpr char kExactMatch[] = "spans/exact_match";
constexpr char kAnsweredF1[] = "spans/answered_f1";
constexpr char kNoAnswer[] = "spans/no_answer";

AnswerRules RulesOf(const SpansEvaluationConfig& config, bool impossible) {
  AnswerRules rules;
  rules.n_best = config.n_best();
  rules.most_pieces = config.most_answer_pieces();
  if (impossible) rules.null_threshold = config.null_threshold();
  return rules;
}

std::string KeyOf(const AnswerRules& rules) {
  const std::string null = rules.null_threshold ? absl::StrCat(*rules.null_threshold) : "never";
  return absl::StrCat("n_best ", rules.n_best, " most_answer_pieces ", rules.most_pieces, " null ", null);
}

void Add(double value, bool counts, ExampleScores* scores) {
  scores->sum.push_back(counts ? value : 0);
  scores->count.push_back(counts ? 1 : 0);
}

bool HasNaN(const at::Tensor& logits) {
  const absl::Span<const double> values(logits.data_ptr<double>(), logits.numel());
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

bool IsImpossible(const SquadQuestion& question) { return question.impossible; }

// What is said of questions that are all of one kind; nothing where there are both.
std::vector<std::string> NotesOnKinds(const std::vector<SquadQuestion>& questions) {
  const auto impossible = static_cast<size_t>(std::count_if(questions.begin(), questions.end(), IsImpossible));
  if (impossible > 0 && impossible < questions.size()) return {};
  return {absl::StrCat("spans: ", impossible == 0 ? "each" : "none", " of the ", questions.size(),
                       " questions has an answer: ", impossible == 0 ? kNoAnswer : kAnsweredF1, " is left out")};
}

class HeldOutQuestions final : public HeldOutExamples {
 public:
  HeldOutQuestions(std::shared_ptr<const SquadWindows> windows, const AnswerRules& rules, const std::string& split)
      : windows_(std::move(windows)),
        rules_(rules),
        measured_on_(
            absl::StrCat(windows_->text_hash(), " ", split, " ", windows_->questions().size(), " ", KeyOf(rules))) {}

  std::string Key() const override { return absl::StrCat(windows_->content_hash(), ", ", measured_on_); }
  std::string MeasuredOn() const override { return measured_on_; }
  std::vector<std::string> notes() const override {
    std::vector<std::string> notes = windows_->notes();
    if (!rules_.null_threshold || !windows_->labelled()) return notes;
    for (std::string& note : NotesOnKinds(windows_->questions())) notes.push_back(std::move(note));
    return notes;
  }

  std::vector<ExampleText> Texts() const override {
    std::vector<ExampleText> texts;
    for (const SquadQuestion& question : windows_->questions()) {
      const std::string answer = question.answers.empty() ? "" : question.answers.front().text;
      texts.push_back({question.id, question.text, question.impossible ? "(no answer)" : answer});
    }
    return texts;
  }

  std::vector<MetricScores> Score(const std::vector<EvaluatedModel>& models, const std::optional<EvaluatedModel>&,
                                  c10::Device device) const override {
    CHECK(windows_->labelled()) << "opened for predictions only";
    std::vector<MetricScores> scores;
    for (const std::vector<at::Tensor>& logits : SpanLogits(models, *windows_, device)) {
      const auto without = std::count_if(logits.begin(), logits.end(), HasNaN);
      LOG_IF(WARNING, without > 0) << "spans: of " << without << " of " << logits.size()
                                   << " windows a model's logits are not numbers: no answer begins or ends there";
      scores.push_back(
          SpansScores(windows_->questions(), AnswersOf(logits), /*impossible=*/rules_.null_threshold.has_value()));
    }
    return scores;
  }

  absl::StatusOr<std::vector<Prediction>> Predict(const EvaluatedModel& model, c10::Device device) const override {
    const std::vector<at::Tensor> logits = SpanLogits({model}, *windows_, device).front();
    const auto broken = std::find_if(logits.begin(), logits.end(), HasNaN);
    const std::vector<SquadQuestion>& questions = windows_->questions();
    if (broken != logits.end()) {
      const SquadWindow& window = windows_->windows()[broken - logits.begin()];
      return absl::InvalidArgumentError(
          absl::StrCat("question ", questions[window.question].id, ": want a model whose logits are numbers, got NaN"));
    }
    std::vector<std::string> answers = AnswersOf(logits);
    std::vector<Prediction> predictions;
    for (size_t q = 0; q < questions.size(); ++q) predictions.push_back({questions[q].id, std::move(answers[q])});
    return predictions;
  }

 private:
  std::vector<std::string> AnswersOf(const std::vector<at::Tensor>& logits) const {
    std::vector<std::string> answers;
    for (size_t q = 0; q < windows_->questions().size(); ++q) {
      answers.push_back(BestAnswer(*windows_, static_cast<int64_t>(q), logits, rules_));
    }
    return answers;
  }

  const std::shared_ptr<const SquadWindows> windows_;
  const AnswerRules rules_;
  const std::string measured_on_;
};

class SpansEvaluator final : public Evaluator {
 public:
  SpansEvaluator(TaskEvaluatorSpec spec, const AnswerRules& rules, std::unique_ptr<const SquadData> data)
      : spec_(std::move(spec)), rules_(rules), data_(std::move(data)) {}

  MetricSpecs metrics() const override {
    const auto metric = [](const char* name, const char* label) {
      return MetricSpec{name, label, Percent(), Better::kHigher, "question"};
    };
    MetricSpecs metrics = {metric(SpansEvaluation::kPrimaryMetric, "F1"), metric(kExactMatch, "exact match")};
    if (data_->impossible()) {
      metrics.push_back(metric(kAnsweredF1, "F1 of questions with an answer"));
      metrics.push_back(metric(kNoAnswer, "accuracy on questions without one"));
    }
    return metrics;
  }

  ModelNeeds needs() const override { return data_->needs(); }
  std::string split() const override { return spec_.split; }
  bool reads_teacher() const override { return false; }

  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const EvaluationInputs& inputs) const override {
    RETORT_ASSIGN_OR_RETURN(std::shared_ptr<const SquadWindows> windows,
                            data_->Windows(spec_.split, spec_.sequences, inputs.tokenizer, inputs.cache));
    if (!inputs.only_predicts && !windows->labelled()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "split: want questions with answers, got \"", spec_.split, "\" of ", data_->Description(),
          ", where they are missing; `bazel run //tools:evaluate -- --predictions=FOLDER` writes what a model predicts "
          "of them"));
    }
    return std::make_shared<HeldOutQuestions>(std::move(windows), rules_, spec_.split);
  }

 private:
  const TaskEvaluatorSpec spec_;
  const AnswerRules rules_;
  const std::unique_ptr<const SquadData> data_;
};

// The plugin as what it is; null, and `plugin` as it was, if it is something else.
std::unique_ptr<const SquadData> AsSquadData(std::unique_ptr<TrainingData>* plugin) {
  const auto* squad = dynamic_cast<const SquadData*>(plugin->get());
  if (squad != nullptr) plugin->release();
  return std::unique_ptr<const SquadData>(squad);
}

}  // namespace

void SpansEvaluation::FillDefaults(const google::protobuf::Message* data, SpansEvaluationConfig* config) {
  const AnswerRules rules;
  FillTaskEvaluation(data, config);
  RETORT_DEFAULT(config, most_answer_pieces, static_cast<int32_t>(rules.most_pieces));
  RETORT_DEFAULT(config, n_best, static_cast<int32_t>(rules.n_best));
  RETORT_DEFAULT(config, null_threshold, 0);
}

void SpansEvaluation::Check(const std::string& place, const SpansEvaluationConfig& config, Problems* problems) {
  CheckTaskEvaluator(place, TaskEvaluatorSpecOf(config), problems);
  problems->Want(config.most_answer_pieces() >= 1, place + "most_answer_pieces", ">= 1", config.most_answer_pieces());
  problems->Want(config.n_best() >= 1, place + "n_best", ">= 1", config.n_best());
  problems->Want(std::isfinite(config.null_threshold()), place + "null_threshold", "a finite number",
                 config.null_threshold());
}

absl::StatusOr<std::unique_ptr<Evaluator>> SpansEvaluation::Create(const SpansEvaluationConfig& config,
                                                                   const EvaluatorContext&) {
  TaskEvaluatorSpec spec = TaskEvaluatorSpecOf(config);
  RETORT_ASSIGN_OR_RETURN(std::unique_ptr<TrainingData> plugin,
                          TrainingDataRegistry::Global().Create(spec.data.plugin(), {}));
  const std::string description = plugin->Description();
  std::unique_ptr<const SquadData> data = AsSquadData(&plugin);
  if (data == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data: want questions whose answers stand in a text, for a head of kind spans, got ", description));
  }
  const AnswerRules rules = RulesOf(config, data->impossible());
  return std::make_unique<SpansEvaluator>(std::move(spec), rules, std::move(data));
}

MetricScores SpansScores(const std::vector<SquadQuestion>& questions, const std::vector<std::string>& answers,
                         bool impossible) {
  const AnswerScript script = impossible ? AnswerScript::kSquad2 : AnswerScript::kSquad1;
  MetricScores scores;
  for (size_t q = 0; q < questions.size(); ++q) {
    std::vector<std::string> wanted;
    for (const SquadAnswer& answer : questions[q].answers) wanted.push_back(answer.text);
    const AnswerScores score = ScoreAnswer(script, wanted, answers[q]);
    Add(score.f1, true, &scores[SpansEvaluation::kPrimaryMetric]);
    Add(score.exact_match, true, &scores[kExactMatch]);
    if (!impossible) continue;
    Add(score.f1, !questions[q].impossible, &scores[kAnsweredF1]);
    Add(score.f1, questions[q].impossible, &scores[kNoAnswer]);
  }
  if (std::all_of(questions.begin(), questions.end(), IsImpossible)) scores.erase(kAnsweredF1);
  if (std::none_of(questions.begin(), questions.end(), IsImpossible)) scores.erase(kNoAnswer);
  return scores;
}

}  // namespace retort
