// Every code point's normalisation and splitting, against Hugging Face's.

#include <gtest/gtest.h>
#include <unicode/unistr.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/text/bpe/gpt2_words.h"
#include "framework/text/wordpiece/bert_normalizer.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"
#include "xxhash.h"

namespace retort {
namespace {

bool IsSurrogate(int c) { return 0xD800 <= c && c < 0xE000; }

// The words of the text that make_goldens.py makes of a code point.
using Words = std::function<std::vector<std::string>(UChar32)>;

std::string Utf8(const icu::UnicodeString& text) {
  std::string bytes;
  return text.toUTF8String(bytes);
}

Words BertWords(bool uncased) {
  BertNormalizerOptions options;
  options.lower_case = options.strip_accents = uncased;
  auto normalizer = std::make_shared<BertNormalizer>(std::vector<BertNormalizerOptions>{options});
  return [normalizer](UChar32 c) {
    std::vector<std::string> words;
    const std::string text = Utf8(icu::UnicodeString(u'a').append(c).append(u'B'));
    EXPECT_TRUE(normalizer->AppendWords(text, 0, &words).ok()) << c;
    return words;
  };
}

std::vector<std::string> Gpt2Words(UChar32 c) {
  const std::string character = Utf8(icu::UnicodeString(c));
  const std::string text =
      absl::StrCat("a", character, "a1", character, "1!", character, "! ", character, "  ", character);
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = EndOfGpt2Word(text, begin);
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

TEST(CodePointsTest, WordsAreThoseOfTheLibrary) {
  const std::map<std::string, Words> kinds = {
      {"uncased", BertWords(true)}, {"cased", BertWords(false)}, {"gpt2", Gpt2Words}};
  const nlohmann::json golden = ReadGolden("code_points.json");
  const int size = golden["code_points_per_block"];
  ASSERT_EQ(golden["cases"].size(), 3u * 0x110000 / size);
  for (const nlohmann::json& block : golden["cases"]) {
    const Words& words_of = kinds.at(block["words"]);
    const int first = block["first"];
    std::string words;
    for (int c = first; c < first + size; ++c) {
      if (!IsSurrogate(c)) words += absl::StrJoin(words_of(c), absl::string_view("\0", 1)) + "\n";
    }
    EXPECT_EQ(absl::StrFormat("%016x", XXH3_64bits(words.data(), words.size())), block["xxh3"])
        << "code points from " << first << ", " << block["words"];
  }
}

}  // namespace
}  // namespace retort
