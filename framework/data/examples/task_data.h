#ifndef RETORT_FRAMEWORK_DATA_EXAMPLES_TASK_DATA_H_
#define RETORT_FRAMEWORK_DATA_EXAMPLES_TASK_DATA_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/base/problems.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/training_data.h"

// Training data of texts with one label each. A data plugin is made of a reader of its files:
//
//   absl::StatusOr<std::unique_ptr<TrainingData>> MyData::Create(const MyDataConfig& config,
//                                                                const TrainingDataContext&) {
//     return std::make_unique<TaskData>(std::make_unique<MyReader>(config), TaskDataOptions{config.length()}, name);
//   }

namespace retort {

// What all such data have in their configurations.
struct TaskDataOptions {
  int64_t length = 128;  // Positions of the longest sequence.
  int64_t examples = 0;  // So many of the training split only, chosen by a hash of their texts; 0: all.
};

// Adds what is wrong with them: `length` is below 8, or `examples` below 0.
void CheckTaskDataOptions(const std::string& place, const TaskDataOptions& options, Problems* problems);

// Texts with classes or scores.
//
// Where there is no file for "select", every tenth example of the training file is in that split and not trained on;
// where there is none for "report", another tenth is in that. Which ones, a hash of the texts decides: equal texts are
// on one side, and the files' order does not matter.
class TaskData final : public TrainingData {
 public:
  // `name` says all that the data follows from: kind and configuration, for the cache.
  TaskData(std::unique_ptr<const TaskReader> reader, TaskDataOptions options, std::string name)
      : reader_(std::move(reader)), options_(options), name_(std::move(name)) {}

  ModelNeeds needs() const override;
  std::string Description() const override { return reader_->Description(); }

  // Those of the reader, else those of the training file, in the order of their numbers if all are numbers, else of
  // their names. Errors: those of files; InvalidArgument for fewer than two classes.
  absl::StatusOr<std::vector<std::string>> Classes(DataCache* cache) const override;

  absl::StatusOr<std::shared_ptr<const TaskExamples>> TrainingExamples(DataCache* cache) const override;

  // Before there are augmented examples the steps are those of the original ones, each of them as often as there will
  // be examples of it: as many steps, of about the same shapes.
  absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs& inputs) const override;

  // The examples of a split. Errors: those of the reader and of LabelSequences; InvalidArgument for an unknown split,
  // with those that there are, for one without examples, and for fewer than options.examples to train on.
  absl::StatusOr<std::shared_ptr<const LabelledSequences>> Sequences(absl::string_view split,
                                                                     const Tokenizer& tokenizer,
                                                                     DataCache* cache) const;

 private:
  absl::StatusOr<std::shared_ptr<const TaskExamples>> File(absl::string_view split, DataCache* cache) const;
  absl::StatusOr<TaskExamples> Split(absl::string_view split, DataCache* cache) const;
  absl::StatusOr<std::shared_ptr<const LabelledSequences>> TrainedOn(const DataInputs& inputs) const;
  absl::StatusOr<LabelledSequences> Label(const TaskExamples& examples, const Tokenizer& tokenizer,
                                          DataCache* cache) const;
  bool HasFile(absl::string_view split) const;
  std::string SplitOf(const TaskExample& example) const;

  const std::unique_ptr<const TaskReader> reader_;
  const TaskDataOptions options_;
  const std::string name_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_EXAMPLES_TASK_DATA_H_
