// Sequences, pairs, truncation and decoding, against Hugging Face's.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/text/sequences/encode_sequence.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"

namespace retort {
namespace {

class SequencesTest : public testing::Test {
 protected:
  const Tokenizer& Get(const std::string& name) {
    std::unique_ptr<Tokenizer>& tokenizer = tokenizers_[name];
    if (tokenizer == nullptr) tokenizer = GoldenTokenizer(name);
    return *tokenizer;
  }

 private:
  std::map<std::string, std::unique_ptr<Tokenizer>> tokenizers_;
};

Truncation ToTruncation(const std::string& name) {
  if (name == "longest_first") return Truncation::kLongestFirst;
  if (name == "only_first") return Truncation::kOnlyFirst;
  if (name == "only_second") return Truncation::kOnlySecond;
  EXPECT_EQ(name, "none");
  return Truncation::kNone;
}

TEST_F(SequencesTest, IdsAndTypesAreThoseOfTheLibrary) {
  const nlohmann::json cases = ReadGolden("sequences.json");
  ASSERT_GT(cases.size(), 1000u);
  for (const nlohmann::json& wanted : cases) {
    const std::vector<std::string> texts = wanted["texts"];
    SequenceOptions options;
    options.special_ids = wanted["special"];
    options.truncation = ToTruncation(wanted["truncation"]);
    options.max_length = wanted["max_length"];
    const absl::StatusOr<EncodedSequence> got =
        EncodeSequence(Get(wanted["tokenizer"]), texts[0],
                       texts.size() == 2 ? std::optional<absl::string_view>(texts[1]) : std::nullopt, options);
    nlohmann::json brief = wanted;
    brief.erase("ids");
    brief.erase("types");
    if (wanted.contains("error")) {
      EXPECT_FALSE(got.ok()) << brief;
      continue;
    }
    ASSERT_TRUE(got.ok()) << got.status() << brief;
    EXPECT_EQ(got->ids, wanted["ids"].get<std::vector<int32_t>>()) << brief;
    EXPECT_EQ(got->types, wanted["types"].get<std::vector<int32_t>>()) << brief;
  }
}

TEST_F(SequencesTest, DecodedTextIsThatOfTheLibrary) {
  const nlohmann::json cases = ReadGolden("decodings.json");
  ASSERT_GT(cases.size(), 400u);
  for (const nlohmann::json& wanted : cases) {
    const std::vector<int32_t> ids = wanted["ids"];
    for (int i = 0; i < 4; ++i) {
      DecodeOptions options;
      options.skip_special = i / 2 == 1;
      options.clean_up = i % 2 == 1;
      EXPECT_EQ(Get(wanted["tokenizer"]).Decode(ids, options), wanted["texts"][i]) << wanted["tokenizer"] << i;
    }
  }
}

}  // namespace
}  // namespace retort
