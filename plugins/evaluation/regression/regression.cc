#include "plugins/evaluation/regression/regression.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/eval/scores/correlation.h"
#include "framework/eval/scores/jackknife.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/eval/task/task_evaluator.h"
#include "framework/eval/task/task_metrics.h"
#include "framework/model/config/head_spec.h"
#include "glog/logging.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(RegressionEvaluation, RegressionEvaluationConfig);

constexpr char kSpearman[] = "regression/spearman";
constexpr char kMeanSquaredError[] = "regression/mean_squared_error";
constexpr int64_t kFewestExamples = 3;

std::vector<double> ScoresOf(const LabelledSequences& examples) {
  std::vector<double> scores;
  for (const StepSequence& sequence : examples.sequences) scores.push_back(sequence.score);
  return scores;
}

ExampleScores OnePerExample(std::vector<double> values) {
  ExampleScores scores;
  scores.sum = std::move(values);
  scores.count.assign(scores.sum.size(), 1);
  return scores;
}

class RegressionMetrics final : public TaskMetrics {
 public:
  HeadKind head() const override { return HeadKind::kScore; }

  MetricSpecs metrics() const override {
    return {
        {RegressionEvaluation::kPrimaryMetric, "Pearson", Percent(), Better::kHigher},
        {kSpearman, "Spearman", Percent(), Better::kHigher},
        {kMeanSquaredError, "mean squared error", {}, Better::kLower},
    };
  }

  std::string Key() const override { return ""; }

  absl::Status Check(const LabelledSequences& examples) const override {
    if (examples.size() < kFewestExamples) {
      return absl::InvalidArgumentError(
          absl::StrCat("data: want at least ", kFewestExamples, " examples for a correlation, got ", examples.size()));
    }
    const std::vector<double> scores = ScoresOf(examples);
    const auto is_first = [&](double score) { return score == scores.front(); };
    if (!std::all_of(scores.begin(), scores.end(), is_first)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("data: want scores that differ, for a correlation with them, got ",
                                                   scores.front(), " for all ", scores.size(), " examples"));
  }

  MetricScores Score(const LabelledSequences& examples, const at::Tensor& logits) const override {
    const std::vector<double> scores = ScoresOf(examples);
    return RegressionScores(scores, absl::MakeConstSpan(logits.data_ptr<double>(), scores.size()));
  }

  // As GLUE's server has it.
  std::string Answer(const LabelledSequences&, absl::Span<const double> logits) const override {
    return absl::StrFormat("%.3f", logits.front());
  }
};

}  // namespace

void RegressionEvaluation::FillDefaults(const google::protobuf::Message* data, RegressionEvaluationConfig* config) {
  FillTaskEvaluation(data, config);
}

void RegressionEvaluation::Check(const std::string& place, const RegressionEvaluationConfig& config,
                                 Problems* problems) {
  CheckTaskEvaluator(place, TaskEvaluatorSpecOf(config), problems);
}

absl::StatusOr<std::unique_ptr<Evaluator>> RegressionEvaluation::Create(const RegressionEvaluationConfig& config,
                                                                        const EvaluatorContext&) {
  return TaskEvaluator::Create(TaskEvaluatorSpecOf(config), std::make_shared<RegressionMetrics>());
}

MetricScores RegressionScores(absl::Span<const double> scores, absl::Span<const double> predictions) {
  MetricScores metrics;
  ExampleScores& pearson = metrics[RegressionEvaluation::kPrimaryMetric];
  pearson =
      OnePerExample(JackknifeValues(PearsonCorrelation(scores, predictions), PearsonWithoutEach(scores, predictions)));
  metrics[kSpearman] = OnePerExample(
      JackknifeValues(SpearmanCorrelation(scores, predictions), SpearmanWithoutEach(scores, predictions)));
  LOG_IF(WARNING, pearson.sum.size() < scores.size())
      << "regression: " << (std::isnan(pearson.sum.front()) ? "there is no correlation" : "no interval over examples")
      << ": without one of the " << scores.size() << " examples, all scores or all of a model's predictions are equal";
  std::vector<double> errors;
  for (size_t e = 0; e < scores.size(); ++e) errors.push_back(std::pow(predictions[e] - scores[e], 2));
  metrics[kMeanSquaredError] = OnePerExample(std::move(errors));
  return metrics;
}

}  // namespace retort
