#ifndef RETORT_PLUGINS_EVALUATION_REGRESSION_REGRESSION_H_
#define RETORT_PLUGINS_EVALUATION_REGRESSION_REGRESSION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/example_scores.h"
#include "plugins/evaluation/regression/regression.pb.h"

namespace retort {

// How well models with a head of one number tell the scores of a task's texts.
class RegressionEvaluation {
 public:
  static constexpr char kPrimaryMetric[] = "regression/pearson";
  static void FillDefaults(const google::protobuf::Message* data, RegressionEvaluationConfig* config);
  static void Check(const std::string& place, const RegressionEvaluationConfig& config, Problems* problems);

  // Errors: those of TaskEvaluator::Create. Open of what it gives: InvalidArgument for fewer than 3 examples, and for
  // scores that are all equal, with which nothing correlates.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const RegressionEvaluationConfig& config,
                                                           const EvaluatorContext& context);
};

// One value per example:
//
//   regression/pearson             Pearson's r of scores and predictions          jackknife values
//   regression/spearman            Spearman's rank correlation                    jackknife values
//   regression/mean_squared_error  (prediction − score)²
//
// where the mean of jackknife values (framework/eval/scores/jackknife.h) is the correlation of all examples. A
// correlation that is not defined, or not without one of the examples, is one value for all of them: NaN where
// predictions are NaN or all equal.
//
// Args: scores, predictions: [E].
MetricScores RegressionScores(absl::Span<const double> scores, absl::Span<const double> predictions);

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_REGRESSION_REGRESSION_H_
