#include "framework/eval/squad/answer_scores.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/text/unicode/lower_case.h"

namespace retort {
namespace {

using Words = std::vector<std::string>;

// \w of Python's regular expressions but for "_", which is gone by then.
bool IsOfWord(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK)) != 0; }

// Where Python's str.split() parts.
bool IsPythonSpace(UChar32 c) { return u_isUWhiteSpace(c) || (c >= 0x1C && c <= 0x1F); }

bool IsArticle(absl::string_view word) { return word == "a" || word == "an" || word == "the"; }

// Calls `visit` with each code point and its bytes.
template <typename Visit>
void ForEachCodePoint(absl::string_view text, const Visit& visit) {
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t begin = 0, next = 0; begin < size; begin = next) {
    UChar32 c = 0;
    U8_NEXT(text.data(), next, size, c);
    visit(c, text.substr(begin, next - begin));
  }
}

std::string WithoutPunctuation(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_ispunct(c); }),
             text.end());
  return text;
}

std::string WithoutArticles(absl::string_view text) {
  std::string kept, word;
  const auto end_word = [&] {
    absl::StrAppend(&kept, IsArticle(word) ? " " : word);
    word.clear();
  };
  ForEachCodePoint(text, [&](UChar32 c, absl::string_view bytes) {
    if (IsOfWord(c)) {
      absl::StrAppend(&word, bytes);
      return;
    }
    end_word();
    absl::StrAppend(&kept, bytes);
  });
  end_word();
  return kept;
}

Words SplitWords(absl::string_view text) {
  Words words;
  bool open = false;
  ForEachCodePoint(text, [&](UChar32 c, absl::string_view bytes) {
    const bool space = IsPythonSpace(c);
    if (!space && !open) words.emplace_back();
    if (!space) absl::StrAppend(&words.back(), bytes);
    open = !space;
  });
  return words;
}

Words NormalWords(absl::string_view answer) {
  return SplitWords(WithoutArticles(WithoutPunctuation(LowerCase(answer))));
}

double F1(AnswerScript script, const Words& wanted, const Words& got) {
  if (script == AnswerScript::kSquad2 && wanted.empty() && got.empty()) return 1;
  std::map<std::string, int64_t> left;
  for (const std::string& word : wanted) ++left[word];
  double same = 0;
  for (const std::string& word : got) {
    if (left[word]-- > 0) ++same;
  }
  if (same == 0) return 0;
  const double precision = same / static_cast<double>(got.size()), recall = same / static_cast<double>(wanted.size());
  return 2 * precision * recall / (precision + recall);
}

}  // namespace

std::string NormalizeAnswer(absl::string_view answer) { return absl::StrJoin(NormalWords(answer), " "); }

AnswerScores ScoreAnswer(AnswerScript script, const std::vector<std::string>& wanted, absl::string_view answer) {
  std::vector<Words> golds;
  for (const std::string& gold : wanted) {
    Words words = NormalWords(gold);
    if (script == AnswerScript::kSquad1 || !words.empty()) golds.push_back(std::move(words));
  }
  if (golds.empty() && script == AnswerScript::kSquad2) golds.emplace_back();
  const Words got = NormalWords(answer);
  AnswerScores scores;
  for (const Words& gold : golds) {
    if (gold == got) scores.exact_match = 1;
    scores.f1 = std::max(scores.f1, F1(script, gold, got));
  }
  return scores;
}

}  // namespace retort
