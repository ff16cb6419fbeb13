#ifndef RETORT_FRAMEWORK_BASE_TEMPORARY_FOLDER_H_
#define RETORT_FRAMEWORK_BASE_TEMPORARY_FOLDER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace retort {

// A new folder that nobody else has, below the system's for temporary files, which goes away with the object.
class TemporaryFolder {
 public:
  // Errors: those of the file system, with the path.
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Create();

  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_TEMPORARY_FOLDER_H_
