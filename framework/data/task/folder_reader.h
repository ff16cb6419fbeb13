#ifndef RETORT_FRAMEWORK_DATA_TASK_FOLDER_READER_H_
#define RETORT_FRAMEWORK_DATA_TASK_FOLDER_READER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/data/examples/task_reader.h"

namespace retort {

// Reads texts that lie in a folder per class, a file each, as the IMDb reviews do (Maas et al. 2011):
// train/pos/12_9.txt. Classes are the names of the folders in a split's folder; of these, "unsup" holds texts without a
// class and is left out. Files are those that end in .txt, plain or packed; others are left out, and counted in the
// notes. "<br />" in a text becomes a blank. The order is that of the names.
class FolderReader final : public TaskReader {
 public:
  // `splits`: the folder of each split, below `folder`; "train" is among them.
  FolderReader(std::string folder, std::map<std::string, std::string> splits)
      : folder_(std::move(folder)), splits_(std::move(splits)) {}

  std::string Description() const override;
  HeadKind head() const override { return HeadKind::kClasses; }
  std::vector<std::string> splits() const override;

  // Errors: NotFound and FailedPrecondition for folders that cannot be read; those of TextLines; InvalidArgument for a
  // split's folder without folders of classes.
  absl::StatusOr<TaskExamples> Read(absl::string_view split) const override;

 private:
  const std::string folder_;
  const std::map<std::string, std::string> splits_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_FOLDER_READER_H_
