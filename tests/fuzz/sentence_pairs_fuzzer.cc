// Bytes as a file of sentence pairs, plain or packed: an error, or as many sentences with ids as the pairs have.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "framework/data/sequences/test_store.h"
#include "glog/logging.h"
#include "plugins/evaluation/sentence_similarity/sentence_pairs.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/temp_folder.h"

namespace retort::fuzz {

bool Accepts(const uint8_t* data, size_t size) {
  static const TempFolder folder;
  static const auto tokenizer = testing::LetterTokenizer();
  folder.Put("pairs.tsv", data, size);
  constexpr int kLength = 16;
  const absl::StatusOr<TokenizedPairs> pairs = TokenizePairs({folder.path() + "/pairs.tsv"}, *tokenizer, {kLength});
  if (!pairs.ok()) {
    CHECK(!pairs.status().message().empty());
    return false;
  }
  CHECK_EQ(static_cast<int64_t>(pairs->sentences.size()), 2 * pairs->size());
  for (const auto& ids : pairs->sentences) CHECK(!ids.empty() && ids.size() <= kLength);
  for (const double score : pairs->scores) CHECK(std::isfinite(score));
  return true;
}

}  // namespace retort::fuzz
