#include "framework/text/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "framework/base/file.h"

namespace retort {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

TEST(VocabularyTest, LineNumbersAreIds) {
  const std::string path = testing::TempDir() + "/vocab.txt";
  ASSERT_TRUE(AtomicWriteFile(path, "[PAD]\nthe \r\n##s\n\nthe\n").ok());
  const absl::StatusOr<Vocabulary> vocabulary = Vocabulary::Load(path);
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status();
  EXPECT_EQ(vocabulary->size(), 5);
  EXPECT_THAT(vocabulary->Id("##s"), Optional(Eq(2)));
  EXPECT_THAT(vocabulary->Id("the"), Optional(Eq(4))) << "the last of equal pieces";
  EXPECT_THAT(vocabulary->Id("s"), Eq(std::nullopt));
  EXPECT_EQ(vocabulary->Piece(1), "the");
}

TEST(VocabularyTest, LineEndsAndTrailingBlanksAreNoPieces) {
  const absl::StatusOr<Vocabulary> vocabulary = Vocabulary::Parse("[PAD]\r\nthe \t\u3000\u00a0\r\n\u3000x", "v");
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status();
  EXPECT_EQ(vocabulary->size(), 3);
  EXPECT_THAT(vocabulary->Id("[PAD]"), Optional(Eq(0)));
  EXPECT_THAT(vocabulary->Id("the"), Optional(Eq(1)));
  EXPECT_THAT(vocabulary->Id("\u3000x"), Optional(Eq(2)));
}

TEST(VocabularyTest, HolesAreNoPieces) {
  const Vocabulary holes = Vocabulary::WithHoles({"a", std::nullopt, "c", ""});
  EXPECT_EQ(holes.size(), 4);
  EXPECT_EQ(holes.distinct(), 3);
  EXPECT_THAT(holes.Id(""), Optional(Eq(3)));
  EXPECT_EQ(holes.Piece(1), "");
  EXPECT_TRUE(holes.IsHole(1));
  EXPECT_FALSE(holes.IsHole(3));
  EXPECT_NE(holes.hash(), Vocabulary({"a", "", "c", ""}).hash());
  EXPECT_EQ(Vocabulary::WithHoles({"a", "b"}).hash(), Vocabulary({"a", "b"}).hash());
}

TEST(VocabularyTest, AByteOrderMarkIsNamed) {
  const std::string path = testing::TempDir() + "/marked.txt";
  ASSERT_TRUE(AtomicWriteFile(path, "\xEF\xBB\xBF[PAD]\n").ok());
  EXPECT_THAT(std::string(Vocabulary::Load(path).status().message()),
              HasSubstr("marked.txt: want text, got a byte order mark"));
}

TEST(VocabularyTest, HashDependsOnPiecesAndOrder) {
  const uint64_t hash = Vocabulary({"a", "b", "c"}).hash();
  EXPECT_EQ(hash, Vocabulary({"a", "b", "c"}).hash());
  EXPECT_NE(hash, Vocabulary({"a", "c", "b"}).hash());
  EXPECT_NE(hash, Vocabulary({"a", "b"}).hash());
  EXPECT_NE(Vocabulary({"a", "b"}).hash(), Vocabulary({"a\nb"}).hash());
}

TEST(VocabularyTest, MissingFileIsNamed) {
  const absl::Status status = Vocabulary::Load("no/vocab.txt").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no/vocab.txt"));
}

TEST(VocabularyTest, EmptyFileIsRefused) {
  const std::string path = testing::TempDir() + "/empty.txt";
  ASSERT_TRUE(AtomicWriteFile(path, "").ok());
  const absl::Status status = Vocabulary::Load(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("want a piece per line, got an empty file"));
}

}  // namespace
}  // namespace retort
