#include "framework/data/sequences/open_sequences.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::StatusIs;

constexpr int kDocuments = 400, kLetters = 30;

// A corpus folder of documents that are all different, one per line.
class OpenSequencesTest : public ::testing::Test {
 protected:
  OpenSequencesTest()
      : folder_(
            absl::StrCat(::testing::TempDir(), "/", ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        tokenizer_(testing::LetterTokenizer()),
        cache_(Fresh()) {
    std::string text;
    for (const std::string& document : testing::LetterDocuments(kDocuments, kLetters))
      absl::StrAppend(&text, document, "\n");
    EXPECT_THAT(MakeDirectories(folder_), IsOk());
    EXPECT_THAT(AtomicWriteFile(folder_ + "/text.txt", text), IsOk());
    EXPECT_THAT(AtomicWriteFile(folder_ + "/corpus.textproto",
                                "file { path: \"text.txt\" document: LINE }\nselect_share: 0.1\nreport_share: 0.1\n"),
                IsOk());
  }

  DataCache Fresh() const { return DataCache(folder_ + "/tokens", /*threads=*/2); }

  SequenceSpec Spec(Split split, int64_t length = 24, int64_t min_length = 4) const {
    return {LmKind::kMasked, folder_, split, length, min_length};
  }
  std::shared_ptr<const SequenceSet> Open(Split split, DataCache* cache, int64_t length = 24) const {
    return OpenSequences(Spec(split, length), *tokenizer_, cache).value();
  }

  std::string folder_;
  std::unique_ptr<Tokenizer> tokenizer_;
  DataCache cache_;
};

TEST_F(OpenSequencesTest, SplitsACorpusByDocuments) {
  std::multiset<std::vector<int32_t>> seen;
  for (Split split : {Split::kTrain, Split::kSelect, Split::kReport}) {
    const auto sequences = Open(split, &cache_);
    for (int64_t i = 0; i < sequences->size(); ++i) {
      if (sequences->Length(i) == 24) seen.insert(sequences->Ids(i));  // The others are the rest of a document.
    }
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kDocuments)) << "each document begins with a whole sequence";
  EXPECT_EQ(std::set<std::vector<int32_t>>(seen.begin(), seen.end()).size(), seen.size()) << "none is in two splits";
  EXPECT_GT(Open(Split::kReport, &cache_)->size(), 20);
}

TEST_F(OpenSequencesTest, MakesEachSetOnce) {
  EXPECT_EQ(Open(Split::kTrain, &cache_), Open(Split::kTrain, &cache_));
  EXPECT_NE(Open(Split::kTrain, &cache_), Open(Split::kTrain, &cache_, 16));
  EXPECT_NE(Open(Split::kTrain, &cache_), Open(Split::kReport, &cache_));
}

TEST_F(OpenSequencesTest, KeepsTokenStores) {
  const uint64_t hash = Open(Split::kTrain, &cache_)->content_hash();
  std::vector<std::filesystem::path> stores;
  for (const auto& entry : std::filesystem::directory_iterator(cache_.folder())) stores.push_back(entry);
  ASSERT_EQ(stores.size(), 1u);
  const auto written = std::filesystem::last_write_time(stores[0]);
  DataCache again = Fresh();
  EXPECT_EQ(Open(Split::kTrain, &again)->content_hash(), hash);
  EXPECT_EQ(std::filesystem::last_write_time(stores[0]), written) << "it is read, not written again";
  // A damaged one is built again.
  std::filesystem::resize_file(stores[0], std::filesystem::file_size(stores[0]) / 2);
  DataCache third = Fresh();
  EXPECT_EQ(Open(Split::kTrain, &third)->content_hash(), hash);
}

TEST_F(OpenSequencesTest, NamesTheCorpusThatIsWrong) {
  SequenceSpec nothing = Spec(Split::kTrain);
  nothing.corpus = folder_ + "/nothing";
  EXPECT_THAT(OpenSequences(nothing, *tokenizer_, &cache_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nothing")));
  EXPECT_THAT(OpenSequences(Spec(Split::kReport, 512, 500), *tokenizer_, &cache_), IsInvalidArgument(folder_));
  ASSERT_THAT(AtomicWriteFile(folder_ + "/text.txt", "caf\351 au lait\n"), IsOk());
  DataCache fresh = Fresh();
  EXPECT_THAT(OpenSequences(Spec(Split::kTrain), *tokenizer_, &fresh), IsInvalidArgument("text.txt"));
}

}  // namespace
}  // namespace retort
