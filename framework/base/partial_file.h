#ifndef RETORT_FRAMEWORK_BASE_PARTIAL_FILE_H_
#define RETORT_FRAMEWORK_BASE_PARTIAL_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// A file that grows over several runs of a program, until it is whole and takes its name. Errors name the path and the
// system's reason. One thread at a time.
class PartialFile {
 public:
  // Opens the file, or makes an empty one; its folder has to exist. Errors: those of the system; FailedPrecondition if
  // another process has it open as one.
  static absl::StatusOr<std::unique_ptr<PartialFile>> Open(const std::string& path);

  // Closes the file, which stays.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // Leaves the first `size` bytes.
  absl::Status Cut(int64_t size);

  // Hands the bytes to the system: they are there if the program ends, though not if the power fails. After an error
  // some of them may be there.
  absl::Status Append(absl::string_view bytes);

  // Syncs, and renames over `path`. Nothing may follow.
  absl::Status Commit(const std::string& path);

  const std::string& path() const { return path_; }

 private:
  PartialFile(std::string path, int descriptor);

  absl::Status Error(absl::string_view what) const;

  std::string path_;
  int descriptor_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PARTIAL_FILE_H_
