#include "tools/profile/sequences.h"

#include <memory>

#include "absl/status/status.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/testing/matchers.h"
#include "framework/text/files/load_tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kText[] = "\xEF\xBB\xBFthe sea .\r\n \n\nthe river falls into the sea . \n";

std::string Write(const std::string& name, const std::string& bytes) {
  const std::string path = ::testing::TempDir() + "/" + name;
  EXPECT_THAT(AtomicWriteFile(path, bytes), IsOk());
  return path;
}

TEST(ReadLinesOfText, LeavesBlankLinesOutAndKnowsPlaces) {
  const std::string path = Write("plain.txt", kText);
  const auto text = ReadLinesOfText(path);
  ASSERT_THAT(text, IsOk());
  ASSERT_THAT(text->lines, SizeIs(2));
  EXPECT_EQ(text->lines[0].text, "the sea .");
  EXPECT_EQ(text->lines[1].text, "the river falls into the sea .");
  EXPECT_EQ(text->lines[1].place, path + ":4");
  EXPECT_TRUE(text->hash == *HashFile(path));
}

TEST(ReadLinesOfText, ReadsPackedFiles) {
  for (const std::string& bytes : {testing::Gzip(kText), testing::Xz(kText), testing::Zstd(kText)}) {
    const std::string path = Write("packed", bytes);
    const auto text = ReadLinesOfText(path);
    ASSERT_THAT(text, IsOk());
    EXPECT_THAT(text->lines, SizeIs(2));
    EXPECT_TRUE(text->hash == *HashFile(path));
  }
}

TEST(ReadLinesOfText, WantsLines) {
  for (const char* bytes : {"", "\n \n"}) {
    EXPECT_THAT(ReadLinesOfText(Write("empty.txt", bytes)),
                IsInvalidArgument("empty.txt: want a text with a sequence per line, got one without any"));
  }
  EXPECT_THAT(ReadLinesOfText("nowhere.txt"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere.txt")));
}

TEST(TokenizeLines, PutsSpecialIdsAroundAndCutsAtTheEnd) {
  const auto tokenizer = LoadTokenizer("data/teachers/mini");
  ASSERT_THAT(tokenizer, IsOk());
  const SpecialIds& special = (*tokenizer)->special_ids();
  const auto sequences = TokenizeLines({{"the sea .", "a:1"}, {"the sea . the sea .", "a:2"}}, **tokenizer, 6);
  ASSERT_THAT(sequences, IsOk());
  ASSERT_THAT(*sequences, SizeIs(2));
  EXPECT_THAT((*sequences)[0], SizeIs(5));
  EXPECT_THAT((*sequences)[1], SizeIs(6));
  EXPECT_EQ((*sequences)[1].front(), special.cls);
  EXPECT_EQ((*sequences)[1].back(), special.sep);
}

TEST(TokenizeLines, NamesTheLine) {
  const auto tokenizer = LoadTokenizer("data/teachers/mini");
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_THAT(TokenizeLines({{"the sea .", "a:1"}, {"\xFF", "a:7"}}, **tokenizer, 6), IsInvalidArgument("a:7: "));
  EXPECT_THAT(TokenizeLines({{"the sea .", "a:1"}}, **tokenizer, 1), IsInvalidArgument("a:1: "));
}

}  // namespace
}  // namespace retort
