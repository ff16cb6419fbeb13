#ifndef RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_READER_H_
#define RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/base/input/line_reader.h"
#include "framework/data/corpus/unpacked_file.h"

namespace retort {

// What a document is in a text file. A blank line holds nothing but blanks; none of these yields a document without a
// non-blank line.
enum class DocumentBoundary {
  kBlankLine,  // documents are parted by blank lines
  kLine,       // each line that is not blank is a document
  kFile,       // the file is one document
};

struct Document {
  // UTF-8, its lines parted by "\n". How the file ends its lines, byte order marks and blanks at lines' ends are no
  // text (base/input/line_reader.h), so that a document is the same however it was written.
  std::string text;
};

// Reads the documents of one text file, plain or packed (UnpackedFile). Holds one document in memory. One thread at a
// time.
class CorpusReader {
 public:
  // Errors: those of UnpackedFile::Open, with "corpus file" before the path.
  static absl::StatusOr<std::unique_ptr<CorpusReader>> Open(const std::string& path, DocumentBoundary boundary,
                                                            const UnpackLimit& limit = {});

  // The next document into `document`, or false after the last one. Errors, naming the path: those of UnpackedFile and
  // LineReader; InvalidArgument for text that is not UTF-8, naming its line and the byte of the unpacked text.
  absl::StatusOr<bool> Next(Document* document);

  // Of the file's bytes, as they were read. REQUIRES: Next gave false.
  FileHash hash() const { return file_->hash(); }

 private:
  CorpusReader(std::string path, DocumentBoundary boundary, std::unique_ptr<UnpackedFile> file);

  // The next line's text, or false after the last one.
  absl::StatusOr<bool> NextLine(std::string* line);

  std::string path_;
  DocumentBoundary boundary_;
  std::unique_ptr<UnpackedFile> file_;
  LineReader lines_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_CORPUS_CORPUS_READER_H_
