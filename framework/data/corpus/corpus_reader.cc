#include "framework/data/corpus/corpus_reader.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/utf8.h"

namespace retort {
namespace {

absl::Status OfCorpus(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("corpus file ", status.message()));
}

// How to go on with text in another encoding.
std::string WayOut(int64_t byte, absl::string_view line) {
  const absl::string_view mark = line.substr(0, 2);
  if (byte == 0 && (mark == "\xFF\xFE" || mark == "\xFE\xFF")) {
    return "the file is UTF-16; convert it: iconv -f UTF-16 -t UTF-8";
  }
  return "convert it, for example from Latin-1: iconv -f LATIN1 -t UTF-8";
}

}  // namespace

absl::StatusOr<std::unique_ptr<CorpusReader>> CorpusReader::Open(const std::string& path, DocumentBoundary boundary,
                                                                 const UnpackLimit& limit) {
  absl::StatusOr<std::unique_ptr<UnpackedFile>> file = UnpackedFile::Open(path, limit);
  if (!file.ok()) return OfCorpus(file.status());
  return absl::WrapUnique(new CorpusReader(path, boundary, *std::move(file)));
}

CorpusReader::CorpusReader(std::string path, DocumentBoundary boundary, std::unique_ptr<UnpackedFile> file)
    : path_(std::move(path)),
      boundary_(boundary),
      file_(std::move(file)),
      lines_([file = file_.get()](char* bytes, size_t most) { return file->Read(bytes, most); }) {}

absl::StatusOr<bool> CorpusReader::NextLine(std::string* line) {
  const absl::StatusOr<bool> more = lines_.Next(line);
  if (absl::IsResourceExhausted(more.status()) && !absl::StrContains(more.status().message(), path_)) {
    return OfCorpus(absl::ResourceExhaustedError(absl::StrCat(path_, ": ", more.status().message())));
  }
  if (!more.ok()) return OfCorpus(more.status());
  if (const std::optional<size_t> bad = FindInvalidUtf8(*line)) {
    const int64_t byte = lines_.offset() + static_cast<int64_t>(*bad);
    return OfCorpus(absl::InvalidArgumentError(
        absl::StrFormat("%s: line %d, byte %d: want UTF-8, got 0x%02x; %s", path_, lines_.number(), byte,
                        static_cast<uint8_t>((*line)[*bad]), WayOut(byte, *line))));
  }
  const absl::string_view text = LineText(*line);
  if (text.size() < line->size()) *line = std::string(text);
  return *more;
}

absl::StatusOr<bool> CorpusReader::Next(Document* document) {
  document->text.clear();
  bool found = false;
  std::string line;
  size_t blank_lines = 0;  // Inside of a document that is a file.
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, NextLine(&line));
    if (!more) return found;
    if (line.empty()) {
      if (found && boundary_ == DocumentBoundary::kBlankLine) return true;
      blank_lines += found ? 1 : 0;
      continue;
    }
    if (found) document->text.append(blank_lines + 1, '\n');
    document->text += line;
    blank_lines = 0;
    found = true;
    if (boundary_ == DocumentBoundary::kLine) return true;
  }
}

}  // namespace retort
