#ifndef RETORT_FRAMEWORK_EVAL_TASK_TASK_METRICS_H_
#define RETORT_FRAMEWORK_EVAL_TASK_TASK_METRICS_H_

#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/eval/scores/example_scores.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/model/config/head_spec.h"

namespace retort {

// What an evaluation of texts with one label each measures, given a model's logits. TaskEvaluator
// (framework/eval/task/task_evaluator.h) does all else. Immutable and thread-safe.
class TaskMetrics {
 public:
  virtual ~TaskMetrics() = default;

  // What is told of an example: kClasses or kScore.
  virtual HeadKind head() const = 0;

  // In the order in which a report has the columns.
  virtual MetricSpecs metrics() const = 0;

  // What scores follow from beside examples and models, such as a class that is looked at; part of their address.
  virtual std::string Key() const = 0;

  // InvalidArgument, with the field and a way out, for labelled examples of which it cannot be measured.
  virtual absl::Status Check(const LabelledSequences& examples) const = 0;

  // The scores of a model, example by example. logits: [E, outputs] float64, contiguous, on the host.
  // REQUIRES: examples that Check finds sound.
  virtual MetricScores Score(const LabelledSequences& examples, const at::Tensor& logits) const = 0;

  // What a model tells of one example whose logits are finite: the name of a class, or a number.
  virtual std::string Answer(const LabelledSequences& examples, absl::Span<const double> logits) const = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_TASK_TASK_METRICS_H_
