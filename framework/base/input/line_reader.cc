#include "framework/base/input/line_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/input/system_error.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

constexpr size_t kBlockBytes = 1 << 17;
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// Python's str.isspace beyond ASCII, as UTF-8.
constexpr absl::string_view kWideBlanks[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
    "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
};

// Bytes of the blank that the text ends with; 0 if it ends with none.
size_t TrailingBlank(absl::string_view text) {
  if (text.empty()) return 0;
  const unsigned char last = text.back();
  if (last < 0x80) return last == ' ' || (last >= '\t' && last <= '\r') || (last >= 0x1C && last <= 0x1F) ? 1 : 0;
  for (const absl::string_view blank : kWideBlanks) {
    if (absl::EndsWith(text, blank)) return blank.size();
  }
  return 0;
}

}  // namespace

absl::string_view WithoutByteOrderMark(absl::string_view text) {
  while (absl::ConsumePrefix(&text, kByteOrderMark)) continue;
  return text;
}

absl::string_view WithoutTrailingBlanks(absl::string_view text) {
  while (const size_t bytes = TrailingBlank(text)) text.remove_suffix(bytes);
  return text;
}

LineReader LineReader::OfStandardInput() {
  return LineReader([](char* bytes, size_t most) -> absl::StatusOr<size_t> {
    std::cout.flush();
    while (true) {
      const ssize_t got = ::read(STDIN_FILENO, bytes, most);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) return SystemError("cannot read", "standard input", errno);
    }
  });
}

LineReader::LineReader(absl::string_view text)
    : LineReader([text](char* bytes, size_t most) mutable -> absl::StatusOr<size_t> {
        const size_t got = text.copy(bytes, most);
        text.remove_prefix(got);
        return got;
      }) {}

absl::StatusOr<bool> LineReader::Fill() {
  consumed_ += static_cast<int64_t>(next_);
  buffer_.erase(0, next_);
  next_ = 0;
  const size_t before = buffer_.size();
  if (before > kMostLineBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("line ", number_ + 1, ": want at most ", kMostLineBytes,
                                                     " bytes in a line, got more; part the text into lines"));
  }
  buffer_.resize(before + kBlockBytes);
  absl::StatusOr<size_t> got = source_(&buffer_[before], kBlockBytes);
  buffer_.resize(before + (got.ok() ? *got : 0));
  if (!got.ok()) return got.status();
  return *got > 0;
}

void LineReader::Take(size_t length, size_t with_end, std::string* line) {
  offset_ = consumed_ + static_cast<int64_t>(next_);
  ++number_;
  line->assign(buffer_, next_, length);
  next_ += with_end;
}

absl::StatusOr<bool> LineReader::Next(std::string* line) {
  if (lone_ > 0) {
    --lone_;
    Take(0, 1, line);
    return true;
  }
  size_t length = 0;  // Of the line, and with the CRs behind it, as far as they were looked at.
  size_t with_returns = 0;
  while (true) {
    const char* text = buffer_.data() + next_;
    const size_t have = buffer_.size() - next_;
    if (length == with_returns) {
      while (length < have && text[length] != '\n' && text[length] != '\r') ++length;
      with_returns = length;
    }
    while (with_returns < have && text[with_returns] == '\r') ++with_returns;
    if (with_returns < have && text[with_returns] == '\n') {
      Take(length, with_returns + 1, line);
      return true;
    }
    bool more = with_returns < have;
    if (!more) {
      RETORT_ASSIGN_OR_RETURN(more, Fill());
      if (more) continue;
      if (with_returns == 0) return false;
    }
    // The end of the text, or CRs without an LF.
    const size_t returns = with_returns - length;
    Take(length, length + std::min<size_t>(returns, 1), line);
    lone_ = returns > 0 ? returns - 1 : 0;
    return true;
  }
}

}  // namespace retort
