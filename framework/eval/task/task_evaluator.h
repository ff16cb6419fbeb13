#ifndef RETORT_FRAMEWORK_EVAL_TASK_TASK_EVALUATOR_H_
#define RETORT_FRAMEWORK_EVAL_TASK_TASK_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/base/problems.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/examples/task_data.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/eval/task/task_metrics.h"
#include "framework/registry/config_rules.h"
#include "google/protobuf/message.h"

// What the evaluations of tasks have in common: the fields
//
//   optional Data data = 1;        // Default: the data of the stage evaluated.
//   optional string split = 2;     // Default: "report".
//   optional int32 sequences = 3;  // So many of the split's examples only. Default: all.
//
// and, for texts with one label each, all but what is measured.

namespace retort {

// These fields, with their defaults.
struct TaskEvaluatorSpec {
  Data data;
  std::string split;
  int64_t sequences = 0;  // Chosen by a hash of what the file calls the examples; 0: all.
};

// Takes the data of an evaluation from that of the stage evaluated, which may be null, where the evaluation has none,
// and fills the defaults of what it has.
void FillTaskData(const google::protobuf::Message* data, Data* of_evaluation);

// FillDefaults of an evaluation whose configuration has the fields above.
template <typename Config>
void FillTaskEvaluation(const google::protobuf::Message* data, Config* config) {
  if (data != nullptr || config->has_data()) FillTaskData(data, config->mutable_data());
  RETORT_DEFAULT(config, split, kReportSplit);
}

template <typename Config>
TaskEvaluatorSpec TaskEvaluatorSpecOf(const Config& config) {
  return {config.data(), config.split(), config.sequences()};
}

// Adds what is wrong with these fields.
void CheckTaskEvaluator(const std::string& place, const TaskEvaluatorSpec& spec, Problems* problems);

// The evaluation of models with a head of classes or a score on texts with one label each, by any TaskMetrics. What
// they are measured on are texts with answers, whatever the models' tokenizers.
class TaskEvaluator final : public Evaluator {
 public:
  // Errors: those of the data plugin; InvalidArgument for data of another kind than the metrics are of.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const TaskEvaluatorSpec& spec,
                                                           std::shared_ptr<const TaskMetrics> metrics);

  MetricSpecs metrics() const override { return metrics_->metrics(); }
  ModelNeeds needs() const override { return data_->needs(); }
  absl::StatusOr<std::vector<std::string>> Classes(DataCache* cache) const override;
  std::string split() const override { return spec_.split; }
  bool reads_teacher() const override { return false; }

  // Errors: those of TaskData::Sequences and TaskMetrics::Check; InvalidArgument for more examples than there are, and
  // for examples without labels unless inputs.only_predicts.
  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(const EvaluationInputs& inputs) const override;

 private:
  TaskEvaluator(TaskEvaluatorSpec spec, std::unique_ptr<const TaskData> data,
                std::shared_ptr<const TaskMetrics> metrics)
      : spec_(std::move(spec)), data_(std::move(data)), metrics_(std::move(metrics)) {}

  const TaskEvaluatorSpec spec_;
  const std::unique_ptr<const TaskData> data_;
  const std::shared_ptr<const TaskMetrics> metrics_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_TASK_TASK_EVALUATOR_H_
