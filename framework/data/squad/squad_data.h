#ifndef RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_DATA_H_
#define RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_DATA_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/base/problems.h"
#include "framework/data/squad/squad_reader.h"
#include "framework/data/squad/squad_windows.h"
#include "framework/data/training_data.h"

namespace retort {

// Which questions there are, and how they are cut.
struct SquadDataOptions {
  std::map<std::string, std::string> paths;  // Of the splits, as framework/data/examples/task_reader.h names them.
  SquadCut cut;
  bool impossible = false;  // Some questions have no answer.
  int64_t examples = 0;     // So many questions of the training split only, chosen by a hash of their ids; 0: all.
};

// Adds what is wrong with them.
void CheckSquadDataOptions(const std::string& place, const SquadDataOptions& options, Problems* problems);

// Questions whose answers stand in a text, for models with a head of spans.
//
// Where there is no file for "select", every tenth paragraph of the training file is in that split and not trained on;
// where there is none for "report", another tenth is in that. Which ones, a hash of the context decides: all questions
// of a paragraph, and paragraphs with the same text, are on one side.
class SquadData final : public TrainingData {
 public:
  // `name` says all that the data follows from: kind and configuration, for the cache. REQUIRES: CheckSquadDataOptions
  // finds nothing wrong.
  SquadData(SquadDataOptions options, std::string name) : options_(std::move(options)), name_(std::move(name)) {}

  ModelNeeds needs() const override;
  std::string Description() const override;
  absl::StatusOr<std::unique_ptr<StepSource>> Open(const DataInputs& inputs) const override;

  // Whether some questions have no answer.
  bool impossible() const { return options_.impossible; }

  // The windows of a split. Of more questions than `sequences`, unless it is 0, so many are chosen by a hash of their
  // ids, the same for all tokenizers; more hold those that fewer hold. Errors: those of ReadSquad and
  // SquadWindows::Create; InvalidArgument for an unknown split, with those that there are, for one without questions,
  // for fewer than `sequences`, and for fewer than options.examples to train on.
  absl::StatusOr<std::shared_ptr<const SquadWindows>> Windows(absl::string_view split, int64_t sequences,
                                                              const Tokenizer& tokenizer, DataCache* cache) const;

 private:
  absl::StatusOr<std::shared_ptr<const Squad>> File(absl::string_view split, DataCache* cache) const;
  absl::StatusOr<Squad> Split(absl::string_view split, DataCache* cache) const;
  bool HasFile(absl::string_view split) const { return options_.paths.count(std::string(split)) > 0; }
  std::string SplitOf(const std::string& context) const;

  const SquadDataOptions options_;
  const std::string name_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SQUAD_SQUAD_DATA_H_
