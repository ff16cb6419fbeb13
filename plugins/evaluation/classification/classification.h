#ifndef RETORT_PLUGINS_EVALUATION_CLASSIFICATION_CLASSIFICATION_H_
#define RETORT_PLUGINS_EVALUATION_CLASSIFICATION_CLASSIFICATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/example_scores.h"
#include "plugins/evaluation/classification/classification.pb.h"

namespace retort {

// How well models with a head of classes tell the classes of a task's texts.
class ClassificationEvaluation {
 public:
  static constexpr char kPrimaryMetric[] = "classification/accuracy";
  static void FillDefaults(const google::protobuf::Message* data, ClassificationEvaluationConfig* config);
  static void Check(const std::string& place, const ClassificationEvaluationConfig& config, Problems* problems);

  // Errors: those of TaskEvaluator::Create. Open of what it gives: InvalidArgument, with all classes, if f1_of is none.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const ClassificationEvaluationConfig& config,
                                                           const EvaluatorContext& context);
};

// A model tells the class with the largest logit, the first of equal ones; of an example with logits that are not
// finite it tells none, which is wrong, and the example's cross-entropy is NaN or infinite. One value per example:
//
//   classification/accuracy        1 if the label is told
//   classification/f1              of the class f1_of, or the mean over classes   jackknife values
//   classification/macro_f1        the mean of F1 over classes                    jackknife values
//   classification/matthews        Matthews' correlation                          jackknife values
//   classification/cross_entropy   -log p(label)                                  nats
//
// where the mean of jackknife values (framework/eval/scores/jackknife.h) is the metric of all examples (ClassCounts).
// Takes time in proportion to E · C plus C for each pair of classes that occurs.
//
// Args: labels: [E] classes, from 0; logits: [E, C] float64, contiguous, on the host.
MetricScores ClassificationScores(absl::Span<const int64_t> labels, const at::Tensor& logits,
                                  std::optional<int64_t> f1_of);

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_CLASSIFICATION_CLASSIFICATION_H_
