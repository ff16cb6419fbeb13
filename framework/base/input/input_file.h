#ifndef RETORT_FRAMEWORK_BASE_INPUT_INPUT_FILE_H_
#define RETORT_FRAMEWORK_BASE_INPUT_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace retort {

// A file that is read from its beginning to its end, or in parts. Only regular files are opened: a named pipe may have
// nobody to write into it and a device no end, so that reading them may never return. Never mapped into memory: a
// mapped file that somebody cuts ends the process. One thread at a time, unless a function says otherwise.
class InputFile {
 public:
  // Errors, which name the path and the system's reason: NotFound if there is none; FailedPrecondition for what is no
  // regular file, with its kind ("a folder", "a named pipe"); else PermissionDenied or Unavailable.
  static absl::StatusOr<InputFile> Open(const std::string& path);

  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;

  // Puts at most `most` bytes at `bytes`, and says how many: 0 at the end of the file. Unavailable if the system cannot
  // read.
  absl::StatusOr<size_t> Read(char* bytes, size_t most);

  // Puts the `count` bytes from `offset` on at `bytes`; does not move where Read goes on, and is thread-safe. DataLoss
  // if the file ends before; Unavailable if the system cannot read.
  absl::Status ReadAt(uint64_t offset, char* bytes, size_t count) const;

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }          // When it was opened.
  int descriptor() const { return descriptor_; }  // Closed with this.

 private:
  InputFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  int64_t size_ = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_INPUT_INPUT_FILE_H_
