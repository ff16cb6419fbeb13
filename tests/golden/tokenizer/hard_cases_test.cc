// Strings that tokenizers disagree on, against Hugging Face's ids.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"

namespace retort {
namespace {

class HardCasesTest : public testing::TestWithParam<const char*> {
 protected:
  const std::unique_ptr<Tokenizer> tokenizer_ = GoldenTokenizer(GetParam());
  const std::unique_ptr<Tokenizer::Scratch> scratch_ = tokenizer_->NewScratch();
};

TEST_P(HardCasesTest, IdsAreThoseOfTheLibrary) {
  const nlohmann::json cases = ReadGolden("hard_cases.json");
  ASSERT_GT(cases.size(), 40u);
  // The second round answers from the scratch.
  for (int round = 0; round < 2; ++round) {
    for (const nlohmann::json& hard : cases) {
      const std::string text = hard["text"];
      const std::vector<int32_t> wanted = hard["ids"][GetParam()];
      std::vector<int32_t> cached, plain;
      ASSERT_TRUE(tokenizer_->Encode(text, scratch_.get(), &cached).ok()) << text;
      ASSERT_TRUE(tokenizer_->Encode(text, &plain).ok()) << text;
      EXPECT_EQ(plain, wanted) << text;
      EXPECT_EQ(cached, wanted) << text << " in round " << round;
    }
  }
}

TEST_P(HardCasesTest, IdsOfLongTextsAreThoseOfTheLibrary) {
  for (const nlohmann::json& hard : ReadGolden("long_cases.json")) {
    const std::string unit = hard["unit"];
    std::string text;
    for (int i = 0; i < hard["times"]; ++i) text += unit;
    std::vector<int32_t> ids;
    ASSERT_TRUE(tokenizer_->Encode(text, scratch_.get(), &ids).ok()) << unit;
    const nlohmann::json& wanted = hard["tokenizers"][GetParam()];
    EXPECT_EQ(ids.size(), wanted["ids"]) << unit;
    EXPECT_EQ(HashOfIds(ids), wanted["xxh3"]) << unit;
  }
}

TEST_P(HardCasesTest, InvalidUtf8IsAnErrorThatNamesTheByte) {
  for (const char* bytes : {"\xff", "\xc3", "\xe2\x82", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    std::vector<int32_t> ids;
    const absl::Status status = tokenizer_->Encode(std::string("ab ") + bytes + " cd", scratch_.get(), &ids);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message().substr(0, 24), "byte 3: want UTF-8, got ");
  }
}

INSTANTIATE_TEST_SUITE_P(Case, HardCasesTest,
                         testing::Values("uncased", "cased", "multilingual", "gpt2", "roberta", "roberta_prefix"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace retort
