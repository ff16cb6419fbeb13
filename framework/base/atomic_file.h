#ifndef RETORT_FRAMEWORK_BASE_ATOMIC_FILE_H_
#define RETORT_FRAMEWORK_BASE_ATOMIC_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// A file too large to hold in memory, in place whole or not at all: it grows
// under a temporary name beside `path` and takes its name at Commit(). Without
// a Commit() the destructor removes it. One thread at a time. Errors name the
// path and the system's reason.
class AtomicFile {
 public:
  // The folder has to exist. The temporary name is another in every process on every machine, and its file is locked as
  // long as it grows.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(const std::string& path);

  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status Append(absl::string_view bytes);

  // Replaces bytes that were appended before.
  absl::Status Overwrite(int64_t offset, absl::string_view bytes);

  // Syncs, renames over `path`, syncs the folder. Nothing may follow.
  absl::Status Commit();

  int64_t size() const { return size_; }

 private:
  AtomicFile(std::string path, std::string temporary, int descriptor);

  absl::Status Error(absl::string_view what) const;

  std::string path_;
  std::string temporary_;  // empty once committed
  int descriptor_;
  int64_t size_ = 0;
};

// Removes the temporary files in a folder whose processes are gone, which are those that nobody has locked. Folders in
// it are left alone, and what cannot be locked or removed is, too.
void RemoveAbandoned(const std::string& folder);

// Whether a name is that of a file that was not committed: a killed process leaves some.
bool IsTemporary(absl::string_view name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_ATOMIC_FILE_H_
