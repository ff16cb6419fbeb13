// Strings that tokenizers disagree on, against Hugging Face's ids.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"

namespace retort {
namespace {

class HardCasesTest : public testing::TestWithParam<bool> {};

TEST_P(HardCasesTest, IdsAreThoseOfTheLibrary) {
  const bool uncased = GetParam();
  const std::unique_ptr<WordPieceTokenizer> tokenizer = GoldenTokenizer(uncased);
  const std::unique_ptr<Tokenizer::Scratch> scratch = tokenizer->NewScratch();
  const nlohmann::json cases = ReadGolden("hard_cases.json");
  ASSERT_GT(cases.size(), 20u);
  // The second round answers from the scratch.
  for (int round = 0; round < 2; ++round) {
    for (const nlohmann::json& hard : cases) {
      const std::string text = hard["text"];
      const std::vector<int32_t> wanted = hard[uncased ? "uncased" : "cased"];
      std::vector<int32_t> cached, plain;
      ASSERT_TRUE(tokenizer->Encode(text, scratch.get(), &cached).ok()) << text;
      ASSERT_TRUE(tokenizer->Encode(text, &plain).ok()) << text;
      EXPECT_EQ(plain, wanted) << text;
      EXPECT_EQ(cached, wanted) << text << " in round " << round;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Case, HardCasesTest, testing::Bool());

}  // namespace
}  // namespace retort
