#include "framework/data/squad/context_pieces.h"

#include <unicode/utf8.h>

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

// Encodes ranges that follow each other, the first after a space.
absl::Status Encode(absl::string_view text, const std::vector<ByteRange>& ranges, const Tokenizer& tokenizer,
                    Tokenizer::Scratch* scratch, ContextPieces* pieces) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    const std::string part = absl::StrCat(i == 0 ? " " : "", TextOf(text, ranges[i]));
    RETORT_RETURN_IF_ERROR(tokenizer.Encode(part, scratch, &pieces->ids));
    pieces->ranges.resize(pieces->ids.size(), ranges[i]);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ContextPieces> EncodeContext(absl::string_view context, const Tokenizer& tokenizer,
                                            Tokenizer::Scratch* scratch) {
  ContextPieces pieces;
  for (const ByteRange& word : WordsOf(context)) {
    ContextPieces whole, parted;
    RETORT_RETURN_IF_ERROR(Encode(context, {word}, tokenizer, scratch, &whole));
    const std::vector<ByteRange> parts = PartsOf(context, word);
    if (parts.size() > 1) RETORT_RETURN_IF_ERROR(Encode(context, parts, tokenizer, scratch, &parted));
    const ContextPieces& finest = parted.ids == whole.ids ? parted : whole;
    pieces.ids.insert(pieces.ids.end(), finest.ids.begin(), finest.ids.end());
    pieces.ranges.insert(pieces.ranges.end(), finest.ranges.begin(), finest.ranges.end());
  }
  return pieces;
}

}  // namespace retort
