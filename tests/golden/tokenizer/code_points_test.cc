// Every code point's normalisation and splitting, against Hugging Face's.

#include <gtest/gtest.h>
#include <unicode/unistr.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/text/bert_normalizer.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"
#include "xxhash.h"

namespace retort {
namespace {

bool IsSurrogate(int c) { return 0xD800 <= c && c < 0xE000; }

std::string WordsAround(int c, const BertNormalizer& normalizer) {
  std::string text;
  icu::UnicodeString(u'a').append(UChar32{c}).append(u'B').toUTF8String(text);
  std::vector<std::string> words;
  EXPECT_TRUE(normalizer.AppendWords(text, 0, &words).ok()) << c;
  return absl::StrJoin(words, absl::string_view("\0", 1)) + "\n";
}

TEST(CodePointsTest, WordsAreThoseOfTheLibrary) {
  const nlohmann::json golden = ReadGolden("code_points.json");
  const std::set<int> left_out = golden["left_out"].get<std::set<int>>();
  const int size = golden["code_points_per_block"];
  ASSERT_EQ(golden["blocks"].size(), 2u * 0x110000 / size);
  for (const nlohmann::json& block : golden["blocks"]) {
    BertNormalizerOptions options;
    options.lower_case = options.strip_accents = block["uncased"].get<bool>();
    const BertNormalizer normalizer(options);
    const int first = block["first"];
    std::string words;
    for (int c = first; c < first + size; ++c) {
      if (!IsSurrogate(c) && left_out.count(c) == 0) words += WordsAround(c, normalizer);
    }
    EXPECT_EQ(absl::StrFormat("%016x", XXH3_64bits(words.data(), words.size())), block["xxh3"])
        << "code points from " << first << (block["uncased"] ? ", uncased" : ", cased");
  }
}

}  // namespace
}  // namespace retort
