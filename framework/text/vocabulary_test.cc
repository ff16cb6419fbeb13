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
  EXPECT_THAT(std::string(status.message()), HasSubstr("vocabulary no/vocab.txt: want a readable file, got "
                                                       "\"No such file or directory\""));
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
