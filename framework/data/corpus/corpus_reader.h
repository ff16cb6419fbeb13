#ifndef RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_READER_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace retort {

// What a document is in a text file. A blank line holds nothing but ASCII white
// space; none of these yields a document without a non-blank line.
enum class DocumentBoundary {
  kBlankLine,  // documents are parted by blank lines
  kLine,       // each line that is not blank is a document
  kFile,       // the file is one document
};

struct Document {
  std::string text;    // without the newline at its end; not checked for UTF-8
  int64_t offset = 0;  // of its first byte in the unpacked file
};

// Reads the documents of one text file: plain, or packed by xz, gzip or zstd
// (found out from its bytes, not its name). Holds one document in memory. One
// thread at a time.
class CorpusReader {
 public:
  // Errors name the path: no such file, or not readable.
  static absl::StatusOr<std::unique_ptr<CorpusReader>> Open(const std::string& path, DocumentBoundary boundary);

  ~CorpusReader();

  // The next document into `document`, or false after the last one. DataLoss
  // if the file is damaged or ends early, naming the path and the unpacked
  // byte.
  absl::StatusOr<bool> Next(Document* document);

 private:
  struct Archive;

  CorpusReader(std::string path, DocumentBoundary boundary, std::unique_ptr<Archive> archive);

  // The next line without its newline, or false after the last one.
  absl::StatusOr<bool> NextLine(std::string* line, int64_t* offset);
  // More bytes into buffer_, or false at the end of the file.
  absl::StatusOr<bool> Fill();

  std::string path_;
  DocumentBoundary boundary_;
  std::unique_ptr<Archive> archive_;
  std::string buffer_;
  size_t next_ = 0;       // of the bytes in buffer_
  int64_t consumed_ = 0;  // bytes before buffer_
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_READER_H_
