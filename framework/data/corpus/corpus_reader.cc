#include "framework/data/corpus/corpus_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

bool IsBlank(absl::string_view line) { return absl::StripAsciiWhitespace(line).empty(); }

std::string Reason(archive* handle) {
  const char* reason = archive_error_string(handle);
  return reason == nullptr ? "unknown error" : reason;
}

absl::Status OpenError(const std::string& path, archive* handle) {
  const int error = archive_errno(handle);
  // libarchive's own numbers for what is not the system's fault.
  constexpr int kMiscellaneous = -1;
  if (error == kMiscellaneous || error == EILSEQ) {
    return absl::DataLossError(absl::StrCat("corpus file ", path, ": damaged or truncated: ", Reason(handle)));
  }
  return absl::Status(absl::ErrnoToStatusCode(error),
                      absl::StrCat("corpus file ", path, ": want a readable file, got \"", Reason(handle), "\""));
}

}  // namespace

struct CorpusReader::Archive {
  Archive() : handle(archive_read_new()) {}
  ~Archive() { archive_read_free(handle); }

  archive* handle;
};

absl::StatusOr<std::unique_ptr<CorpusReader>> CorpusReader::Open(const std::string& path, DocumentBoundary boundary) {
  auto opened = std::make_unique<Archive>();
  archive_read_support_filter_gzip(opened->handle);
  archive_read_support_filter_xz(opened->handle);
  archive_read_support_filter_zstd(opened->handle);
  archive_read_support_format_raw(opened->handle);
  archive_read_support_format_empty(opened->handle);
  int result = archive_read_open_filename(opened->handle, path.c_str(), kBlockBytes);
  if (result == ARCHIVE_OK) {
    archive_entry* entry;
    result = archive_read_next_header(opened->handle, &entry);
  }
  if (result != ARCHIVE_OK && result != ARCHIVE_EOF) return OpenError(path, opened->handle);
  if (result == ARCHIVE_EOF) opened = nullptr;
  return absl::WrapUnique(new CorpusReader(path, boundary, std::move(opened)));
}

CorpusReader::CorpusReader(std::string path, DocumentBoundary boundary, std::unique_ptr<Archive> archive)
    : path_(std::move(path)), boundary_(boundary), archive_(std::move(archive)) {}

CorpusReader::~CorpusReader() = default;

absl::StatusOr<bool> CorpusReader::Fill() {
  if (archive_ == nullptr) return false;
  consumed_ += static_cast<int64_t>(next_);
  buffer_.erase(0, next_);
  next_ = 0;
  const size_t before = buffer_.size();
  buffer_.resize(before + kBlockBytes);
  const la_ssize_t got = archive_read_data(archive_->handle, &buffer_[before], kBlockBytes);
  buffer_.resize(before + (got > 0 ? static_cast<size_t>(got) : 0));
  if (got < 0) {
    return absl::DataLossError(absl::StrCat("corpus file ", path_, ": damaged or truncated after byte ",
                                            consumed_ + static_cast<int64_t>(before),
                                            " of its text: ", Reason(archive_->handle)));
  }
  if (got == 0) archive_ = nullptr;
  return got > 0;
}

absl::StatusOr<bool> CorpusReader::NextLine(std::string* line, int64_t* offset) {
  size_t searched = next_;
  while (true) {
    const size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      *offset = consumed_ + static_cast<int64_t>(next_);
      line->assign(buffer_, next_, end - next_);
      next_ = end + 1;
      return true;
    }
    const size_t unread = buffer_.size() - next_;
    RETORT_ASSIGN_OR_RETURN(const bool more, Fill());
    searched = next_ + unread;
    if (more) continue;
    *offset = consumed_ + static_cast<int64_t>(next_);
    line->assign(buffer_, next_, std::string::npos);
    next_ = buffer_.size();
    return unread > 0;
  }
}

absl::StatusOr<bool> CorpusReader::Next(Document* document) {
  document->text.clear();
  bool found = false;
  std::string line;
  int64_t offset;
  std::string blank_lines;  // inside of a document that is a file
  while (true) {
    RETORT_ASSIGN_OR_RETURN(const bool more, NextLine(&line, &offset));
    if (!more) return found;
    if (IsBlank(line)) {
      if (found && boundary_ == DocumentBoundary::kBlankLine) return true;
      if (found) absl::StrAppend(&blank_lines, "\n", line);
      continue;
    }
    if (!found) document->offset = offset;
    absl::StrAppend(&document->text, blank_lines, found ? "\n" : "", line);
    blank_lines.clear();
    found = true;
    if (boundary_ == DocumentBoundary::kLine) return true;
  }
}

}  // namespace retort
