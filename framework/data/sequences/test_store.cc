#include "framework/data/sequences/test_store.h"

#include <atomic>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/data/tokens/token_store_builder.h"
#include "glog/logging.h"
#include "gtest/gtest.h"

namespace retort::testing {
namespace {

std::shared_ptr<const SequenceSet> TrainingSet(const std::vector<std::string>& documents, SequenceSetOptions options) {
  const auto tokenizer = LetterTokenizer();
  options.corpus = "letters";
  options.select_share = options.report_share = 0;
  options.special_ids = tokenizer->special_ids();
  options.special_ids.end_of_text = options.special_ids.sep;
  auto sequences = SequenceSet::Create(StoreOf(documents, *tokenizer), options);
  CHECK(sequences.ok()) << sequences.status();
  return *std::move(sequences);
}

}  // namespace

std::unique_ptr<WordPieceTokenizer> LetterTokenizer() {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (char letter = 'a'; letter <= 'z'; ++letter) pieces.emplace_back(1, letter);
  auto tokenizer = WordPieceTokenizer::Create(Vocabulary(std::move(pieces)));
  CHECK(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::shared_ptr<const TokenStore> StoreOf(const std::vector<std::string>& documents, const Tokenizer& tokenizer) {
  static std::atomic<int> stores{0};
  const std::string folder = absl::StrCat(::testing::TempDir(), "/stores");
  CHECK(MakeDirectories(folder).ok());
  const std::string stem = absl::StrCat(folder, "/", stores++);
  CHECK(AtomicWriteFile(stem + ".txt", absl::StrJoin(documents, "\n")).ok());
  const CorpusSpec corpus = {"test", {{stem + ".txt", DocumentBoundary::kLine}}};
  const absl::Status built = BuildTokenStore(corpus, tokenizer, 1, stem + ".store");
  CHECK(built.ok()) << built;
  auto store = TokenStore::Open(stem + ".store", tokenizer);
  CHECK(store.ok()) << store.status();
  return *std::move(store);
}

std::vector<std::string> LetterDocuments(int count, int tokens) {
  std::vector<std::string> documents(count);
  for (int d = 0; d < count; ++d) {
    for (int i = 0, rest = d; i < tokens; ++i) {
      const int letter = i < 4 ? rest % 26 : (d + i * i) % 26;
      rest /= 26;
      documents[d] += {static_cast<char>('a' + letter), ' '};
    }
  }
  return documents;
}

std::shared_ptr<const SequenceSet> AllSequences(const std::vector<std::string>& documents, int length, int min_length) {
  SequenceSetOptions options;
  options.length = length;
  options.min_length = min_length;
  return TrainingSet(documents, options);
}

std::shared_ptr<const SequenceSet> AllBlocks(const std::vector<std::string>& documents, int length) {
  SequenceSetOptions options;
  options.kind = LmKind::kCausal;
  options.length = length;
  return TrainingSet(documents, options);
}

}  // namespace retort::testing
