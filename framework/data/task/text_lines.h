#ifndef RETORT_FRAMEWORK_DATA_TASK_TEXT_LINES_H_
#define RETORT_FRAMEWORK_DATA_TASK_TEXT_LINES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/base/input/line_reader.h"
#include "framework/data/corpus/unpacked_file.h"

namespace retort {

// The lines of a file of UTF-8, plain or packed. One thread at a time.
class TextLines {
 public:
  // Errors: those of UnpackedFile::Open.
  static absl::StatusOr<std::unique_ptr<TextLines>> Open(const std::string& path, const UnpackLimit& limit = {});

  // The next line without its end into `line`, or false after the last one. What of it is text, LineText says. Errors,
  // with the path: those of UnpackedFile and LineReader; InvalidArgument, naming line and byte, for what is not UTF-8.
  absl::StatusOr<bool> Next(std::string* line);

  // Of the last line, from 1.
  int64_t number() const { return lines_.number(); }
  const std::string& path() const { return path_; }

 private:
  TextLines(std::string path, std::unique_ptr<UnpackedFile> file);

  const std::string path_;
  const std::unique_ptr<UnpackedFile> file_;
  LineReader lines_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TASK_TEXT_LINES_H_
