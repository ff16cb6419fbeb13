#include "framework/data/pairs/line_documents.h"

#include <string>
#include <vector>

#include "framework/data/data_cache.h"
#include "framework/data/pairs/test_lines.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/data/sequences/open_sequences.h"
#include "framework/data/sequences/test_store.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::LetterTokenizer;
using testing::LinesOf;

constexpr int32_t kA = 5;  // The id of "a".

std::vector<int32_t> Line(const LineDocuments& documents, int64_t document, int64_t line) {
  std::vector<int32_t> ids;
  documents.AppendLine(document, line, &ids);
  return ids;
}

TEST(LineDocuments, AreTheLinesOfDocumentsThatBlankLinesPart) {
  const auto documents = LinesOf({"a b\nc", "d\ne f g"});
  ASSERT_EQ(documents->size(), 2);
  EXPECT_EQ(documents->lines(), 4);
  EXPECT_EQ(documents->LinesOf(0), 2);
  EXPECT_EQ(documents->LengthOf(1, 1), 3);
  EXPECT_THAT(Line(*documents, 0, 0), ElementsAre(kA, kA + 1));
  EXPECT_THAT(Line(*documents, 0, 1), ElementsAre(kA + 2));
  EXPECT_THAT(Line(*documents, 1, 0), ElementsAre(kA + 3));
  EXPECT_THAT(Line(*documents, 1, 1), ElementsAre(kA + 4, kA + 5, kA + 6));
}

// U+200E is no text: WordPiece drops it. A [SEP] that a text spells ends a line.
TEST(LineDocuments, LeaveOutWhatHasNoIds) {
  const auto documents = LinesOf({"a\n\xE2\x80\x8E\nb", "\xE2\x80\x8E", "[SEP] c [SEP] d"});
  ASSERT_EQ(documents->size(), 2);
  EXPECT_EQ(documents->LinesOf(0), 2);
  EXPECT_THAT(Line(*documents, 0, 1), ElementsAre(kA + 1));
  EXPECT_EQ(documents->LinesOf(1), 2);
  EXPECT_THAT(Line(*documents, 1, 0), ElementsAre(kA + 2));
}

TEST(LineDocuments, CountPieces) {
  const std::vector<int64_t> counts = PieceCounts(*LinesOf({"a b\na", "a c"}), LetterTokenizer()->vocabulary_size());
  EXPECT_EQ(counts[kA], 3);
  EXPECT_EQ(counts[kA + 1], 1);
  EXPECT_EQ(counts[LetterTokenizer()->special_ids().sep], 0);
}

TEST(LineDocuments, DifferByContent) {
  const uint64_t hash = LinesOf({"a b\nc", "d"})->content_hash();
  EXPECT_EQ(LinesOf({"a b\nc", "d"})->content_hash(), hash);
  EXPECT_NE(LinesOf({"a\nb c", "d"})->content_hash(), hash);
  EXPECT_NE(LinesOf({"a b", "c\nd"})->content_hash(), hash);
}

// A document is in the part that sequences of the same corpus have it in.
TEST(LineDocuments, AreSplitAsSequencesAre) {
  const std::vector<std::string> texts = testing::OneLetterDocuments(26, 3);
  const std::string folder = testing::WriteLineCorpus(texts, /*report_share=*/0.5);
  DataCache cache(folder + "/tokens", /*threads=*/1);
  const auto tokenizer = LetterTokenizer();
  const auto train = OpenLineDocuments(folder, Split::kTrain, *tokenizer, &cache);
  const auto report = OpenLineDocuments(folder, Split::kReport, *tokenizer, &cache);
  ASSERT_THAT(train, testing::IsOk());
  ASSERT_THAT(report, testing::IsOk());
  EXPECT_EQ((*train)->size() + (*report)->size(), 26);
  const auto sequences = OpenSequences({LmKind::kMasked, folder, Split::kReport, 64, 3}, *tokenizer, &cache);
  ASSERT_THAT(sequences, testing::IsOk());
  ASSERT_EQ((*sequences)->size(), (*report)->size());
  for (int64_t i = 0; i < (*report)->size(); ++i) {
    EXPECT_EQ((*sequences)->Ids(i)[1], Line(**report, i, 0).front()) << i;
  }
  EXPECT_THAT(OpenLineDocuments(folder, Split::kSelect, *tokenizer, &cache).status(),
              IsInvalidArgument("split select: want at least one document, got none of the corpus's 26"));
}

}  // namespace
}  // namespace retort
