#ifndef RETORT_FRAMEWORK_DATA_TASK_GLUE_READER_H_
#define RETORT_FRAMEWORK_DATA_TASK_GLUE_READER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/glue_tasks.h"

namespace retort {

// Reads a task of GLUE in the layout of its official files, each plain or packed. Splits: "train", "report" (dev.tsv;
// MNLI's is the matched one), "test", and of MNLI "mismatched", "test_mismatched" and "diagnostic" (AX). Those for
// which the server has the labels have none.
//
// MRPC is read in both layouts that occur: train.tsv and dev.tsv, or the corpus as it was published,
// msr_paraphrase_train.txt, with mrpc_dev_ids.tsv, which says what of it is the development set. Both give the same
// examples. Rows of QQP with columns missing are left out, and counted in the notes.
class GlueReader final : public TaskReader {
 public:
  // REQUIRES: `task` is one of GlueTasks().
  GlueReader(const GlueTask& task, std::string folder) : task_(task), folder_(std::move(folder)) {}

  std::string Description() const override;
  HeadKind head() const override { return task_.classes.empty() ? HeadKind::kScore : HeadKind::kClasses; }
  std::vector<std::string> classes() const override { return task_.classes; }
  std::vector<std::string> splits() const override;

  // Errors: those of ReadTableExamples; NotFound without the split's file, naming those that would do; InvalidArgument,
  // naming the line, for a label that is no number of a class.
  absl::StatusOr<TaskExamples> Read(absl::string_view split) const override;

 private:
  absl::StatusOr<TaskExamples> ReadSplit(const GlueSplit& split) const;

  const GlueTask& task_;
  const std::string folder_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_GLUE_READER_H_
