#include "framework/augment/masked/text_words.h"

#include <algorithm>
#include <utility>

#include "framework/augment/masked/stop_words.h"
#include "framework/base/status_macros.h"
#include "framework/text/unicode/lower_case.h"

namespace retort {
namespace {

bool IsReplaceable(absl::string_view word) {
  const std::string lower = LowerCase(word);
  const auto is_letter = [](char c) { return 'a' <= c && c <= 'z'; };
  return std::all_of(lower.begin(), lower.end(), is_letter) && !IsStopWord(lower);
}

}  // namespace

absl::StatusOr<WordedText> ReadWords(const WordPieceTokenizer& tokenizer, absl::string_view text) {
  std::vector<PiecedWord> pieced;
  RETORT_RETURN_IF_ERROR(tokenizer.EncodeWords(text, &pieced));
  WordedText worded;
  for (PiecedWord& word : pieced) {
    TextWord& added = worded.words.emplace_back();
    added.begin = static_cast<int64_t>(worded.ids.size());
    added.pieces = static_cast<int64_t>(word.ids.size());
    added.replaceable = IsReplaceable(word.text);
    added.text = std::move(word.text);
    worded.ids.insert(worded.ids.end(), word.ids.begin(), word.ids.end());
  }
  return worded;
}

}  // namespace retort
