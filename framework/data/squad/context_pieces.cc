#include "framework/data/squad/context_pieces.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/unicode_classes.h"

namespace retort {
namespace {

constexpr char32_t kNarrowNoBreakSpace = 0x202F;

bool PartsWords(char32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == kNarrowNoBreakSpace; }
bool StandsAlone(char32_t c) { return IsPunctuation(c) || IsCjkIdeograph(c); }

// Cuts the range where `cut` (of the code points before and behind) says so, and leaves out code points of which
// `drops` is true.
template <typename Drops, typename Cut>
std::vector<ByteRange> CutRange(absl::string_view text, const ByteRange& range, const Drops& drops, const Cut& cut) {
  std::vector<ByteRange> ranges;
  UChar32 before = 0;
  bool open = false;
  for (int64_t i = range.begin, next = i; i < range.end; i = next) {
    UChar32 c = 0;
    U8_NEXT(text.data(), next, static_cast<int64_t>(text.size()), c);
    if (drops(c)) {
      open = false;
      continue;
    }
    if (!open || cut(before, c)) ranges.push_back({i, i});
    ranges.back().end = next;
    open = true;
    before = c;
  }
  return ranges;
}

std::vector<ByteRange> WordsOf(absl::string_view text) {
  return CutRange(text, {0, static_cast<int64_t>(text.size())}, PartsWords, [](char32_t, char32_t) { return false; });
}

std::vector<ByteRange> PartsOf(absl::string_view text, const ByteRange& word) {
  return CutRange(
      text, word, [](char32_t) { return false; },
      [](char32_t before, char32_t c) { return StandsAlone(before) || StandsAlone(c); });
}

absl::string_view TextOf(absl::string_view text, const ByteRange& range) {
  return text.substr(range.begin, range.end - range.begin);
}

// Whether these are the next of the pieces that have no range yet.
bool AreNext(const std::vector<int32_t>& ids, const ContextPieces& pieces) {
  const auto next = pieces.ids.begin() + static_cast<int64_t>(pieces.ranges.size());
  if (pieces.ids.end() - next < static_cast<int64_t>(ids.size())) return false;
  return std::equal(ids.begin(), ids.end(), next);
}

// Encodes a word, and gives ranges of their own to runs of its parts that have the same pieces alone, each as short as
// it can be.
absl::Status AppendWord(absl::string_view text, const ByteRange& word, const Tokenizer& tokenizer,
                        Tokenizer::Scratch* scratch, ContextPieces* pieces) {
  RETORT_RETURN_IF_ERROR(tokenizer.Encode(absl::StrCat(" ", TextOf(text, word)), scratch, &pieces->ids));
  const std::vector<ByteRange> parts = PartsOf(text, word);
  int64_t begin = word.begin;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const ByteRange run{begin, parts[i].end};
    const absl::string_view space = begin == word.begin ? " " : "";
    std::vector<int32_t> ids;
    RETORT_RETURN_IF_ERROR(tokenizer.Encode(absl::StrCat(space, TextOf(text, run)), scratch, &ids));
    if (!AreNext(ids, *pieces)) continue;
    pieces->ranges.resize(pieces->ranges.size() + ids.size(), run);
    begin = run.end;
  }
  pieces->ranges.resize(pieces->ids.size(), {begin, word.end});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ContextPieces> EncodeContext(absl::string_view context, const Tokenizer& tokenizer,
                                            Tokenizer::Scratch* scratch) {
  ContextPieces pieces;
  for (const ByteRange& word : WordsOf(context)) {
    RETORT_RETURN_IF_ERROR(AppendWord(context, word, tokenizer, scratch, &pieces));
  }
  return pieces;
}

}  // namespace retort
