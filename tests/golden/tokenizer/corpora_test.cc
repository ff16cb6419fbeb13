// All texts that ship, against a hash of Hugging Face's ids.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "framework/data/corpus_reader.h"
#include "nlohmann/json.hpp"
#include "tests/golden/tokenizer/golden_files.h"
#include "xxhash.h"

namespace retort {
namespace {

// Lines' ids one after the other are the file's: a newline parts words.
void ReadIds(const std::string& path, std::vector<int32_t>* ids) {
  const std::unique_ptr<WordPieceTokenizer> tokenizer = GoldenTokenizer(/*uncased=*/true);
  const std::unique_ptr<Tokenizer::Scratch> scratch = tokenizer->NewScratch();
  auto reader = CorpusReader::Open(path, DocumentBoundary::kLine);
  ASSERT_TRUE(reader.ok()) << reader.status();
  Document document;
  while (true) {
    absl::StatusOr<bool> more = (*reader)->Next(&document);
    ASSERT_TRUE(more.ok()) << more.status();
    if (!*more) return;
    const absl::Status status = tokenizer->Encode(document.text, scratch.get(), ids);
    ASSERT_TRUE(status.ok()) << status;
  }
}

TEST(CorporaTest, IdsAreThoseOfTheLibrary) {
  const nlohmann::json corpora = ReadGolden("corpora.json");
  ASSERT_EQ(corpora.size(), 9u);
  for (const nlohmann::json& corpus : corpora) {
    const std::string path = corpus["file"];
    std::vector<int32_t> ids;
    ASSERT_NO_FATAL_FAILURE(ReadIds(path, &ids));
    EXPECT_EQ(ids.size(), corpus["ids"]) << path;
    EXPECT_EQ(absl::StrFormat("%016x", XXH3_64bits(ids.data(), ids.size() * sizeof(int32_t))), corpus["xxh3"]) << path;
  }
}

}  // namespace
}  // namespace retort
