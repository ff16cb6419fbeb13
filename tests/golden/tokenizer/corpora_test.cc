// All texts that ship, against a hash of Hugging Face's ids.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/data/corpus/corpus_reader.h"
#include "framework/text/tokenizer.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"

namespace retort {
namespace {

// Ids of the file's lines, one after the other.
void ReadIds(const std::string& path, const Tokenizer& tokenizer, std::vector<int32_t>* ids) {
  const std::unique_ptr<Tokenizer::Scratch> scratch = tokenizer.NewScratch();
  auto reader = CorpusReader::Open(path, DocumentBoundary::kLine);
  ASSERT_TRUE(reader.ok()) << reader.status();
  Document document;
  while (true) {
    absl::StatusOr<bool> more = (*reader)->Next(&document);
    ASSERT_TRUE(more.ok()) << more.status();
    if (!*more) return;
    const absl::Status status = tokenizer.Encode(document.text, scratch.get(), ids);
    ASSERT_TRUE(status.ok()) << status;
  }
}

class CorporaTest : public testing::TestWithParam<const char*> {};

TEST_P(CorporaTest, IdsAreThoseOfTheLibrary) {
  const std::unique_ptr<Tokenizer> tokenizer = GoldenTokenizer(GetParam());
  int files = 0;
  for (const nlohmann::json& corpus : ReadGolden("corpora.json")) {
    if (corpus["tokenizer"] != GetParam()) continue;
    ++files;
    const std::string path = corpus["file"];
    std::vector<int32_t> ids;
    ASSERT_NO_FATAL_FAILURE(ReadIds(path, *tokenizer, &ids));
    EXPECT_EQ(ids.size(), corpus["ids"]) << path;
    EXPECT_EQ(HashOfIds(ids), corpus["xxh3"]) << path;
  }
  EXPECT_EQ(files, 9);
}

INSTANTIATE_TEST_SUITE_P(Corpora, CorporaTest, testing::Values("uncased", "multilingual", "gpt2", "roberta"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace retort
