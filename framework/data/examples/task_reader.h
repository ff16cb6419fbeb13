#ifndef RETORT_FRAMEWORK_DATA_EXAMPLES_TASK_READER_H_
#define RETORT_FRAMEWORK_DATA_EXAMPLES_TASK_READER_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/model/config/head_spec.h"

// How the files of a task are read: what a data plugin of texts with labels brings. All else, splits, pieces and steps,
// is TaskData's (framework/data/examples/task_data.h).

namespace retort {

// The splits that all tasks have. Readers may have others beside them, for example GLUE's "mismatched".
inline constexpr char kTrainSplit[] = "train";
inline constexpr char kSelectSplit[] = "select";  // By which the best state of a student and its settings are chosen.
inline constexpr char kReportSplit[] = "report";  // By which reports judge.
inline constexpr char kTestSplit[] = "test";      // May lack labels: predictions are made of it.

// One text, or two that belong together, with what is to be told of it.
struct TaskExample {
  std::string id;  // As the file calls it; else the number of its row, from 0.
  std::string first;
  std::optional<std::string> second = std::nullopt;
  std::string label = {};                                   // The name of its class; empty: none is given.
  double score = std::numeric_limits<double>::quiet_NaN();  // NaN: none is given.
  std::string place = {};                                   // "train.tsv:17", for messages.

  bool operator==(const TaskExample& other) const {
    const bool same_score = score == other.score || (score != score && other.score != other.score);
    return id == other.id && first == other.first && second == other.second && label == other.label && same_score;
  }
};

// The examples of one split, in the order of the file.
struct TaskExamples {
  std::vector<TaskExample> examples;
  std::vector<std::string>
      notes;  // What was left out and why: "train.tsv: 3 rows without a text, the first in line 17".
};

// Reads a task's files. Immutable and thread-safe; making one reads nothing.
class TaskReader {
 public:
  virtual ~TaskReader() = default;

  // What is read, as a report names it: "table (data/tasks/rt_polarity/train.tsv)".
  virtual std::string Description() const = 0;

  // What is told of an example: kClasses or kScore.
  virtual HeadKind head() const = 0;

  // The names of the classes in the order of the labels, where the task or its configuration says; empty: those that
  // the training file has.
  virtual std::vector<std::string> classes() const { return {}; }

  // The splits that have files of their own; "train" is among them.
  virtual std::vector<std::string> splits() const = 0;

  // Errors: those of files; InvalidArgument, "FILE:LINE: want ..., got ...", for rows that are not as the layout says.
  // An example has a label or a score, but of "test" and of splits whose labels nobody but a server has. REQUIRES:
  // `split` is one of splits().
  virtual absl::StatusOr<TaskExamples> Read(absl::string_view split) const = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_EXAMPLES_TASK_READER_H_
