#include "tools/cut_vocabulary/cut_byte_pairs.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/text/files/load_tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// 129 pieces: letters and digits; "ab", "abc", "xy" and "cd"; 62 numbers that stand for more of the kind; an end of
// text.
std::vector<std::string> Pieces() {
  std::vector<std::string> pieces;
  for (char c = 'a'; c <= 'z'; ++c) pieces.emplace_back(1, c);
  for (char c = 'A'; c <= 'Z'; ++c) pieces.emplace_back(1, c);
  for (char c = '0'; c <= '9'; ++c) pieces.emplace_back(1, c);
  pieces.insert(pieces.end(), {"ab", "abc", "xy", "cd"});
  for (int i = 0; i < 62; ++i) pieces.push_back(absl::StrCat("0", i + 100));
  pieces.push_back("<|endoftext|>");
  return pieces;
}

TEST(CutBytePairsTest, KeepsTheFirstMergesAndWhatNoMergeMakes) {
  const auto cut = CutBytePairs(Vocabulary(Pieces()), {{"a", "b"}, {"ab", "c"}, {"x", "y"}, {"c", "d"}}, "m.txt", 128);
  ASSERT_TRUE(cut.ok()) << cut.status();
  // 62 characters, 62 pieces that these merges do not make, and the end of text leave room for three of four.
  EXPECT_THAT(cut->merges, ElementsAre(Pair("a", "b"), Pair("ab", "c"), Pair("x", "y")));
  ASSERT_EQ(cut->pieces.size(), 128u);
  EXPECT_EQ(cut->pieces[62], "ab");
  EXPECT_EQ(cut->pieces[64], "xy");
  EXPECT_EQ(cut->pieces[65], "0100");
  EXPECT_EQ(cut->pieces.back(), "<|endoftext|>");
}

TEST(CutBytePairsTest, WritesFilesThatAreReadAgain) {
  const auto cut = CutBytePairs(Vocabulary(Pieces()), {{"a", "b"}, {"ab", "c"}, {"x", "y"}, {"c", "d"}}, "m.txt", 128);
  ASSERT_TRUE(cut.ok()) << cut.status();
  const std::string folder = ::testing::TempDir() + "/cut_byte_pairs";
  ASSERT_TRUE(MakeDirectories(folder).ok());
  ASSERT_TRUE(AtomicWriteFile(folder + "/vocab.json", cut->VocabJson()).ok());
  ASSERT_TRUE(AtomicWriteFile(folder + "/merges.txt", cut->MergesText()).ok());
  const auto tokenizer = LoadTokenizer(folder);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::vector<int32_t> ids;
  ASSERT_TRUE((*tokenizer)->Encode("abcdxy", &ids).ok());
  EXPECT_THAT(ids, ElementsAre(63, 3, 64));
  EXPECT_EQ((*tokenizer)->special_ids().end_of_text, 127);
}

TEST(CutBytePairsTest, SizesThatDoNotFitAreErrors) {
  const Vocabulary vocabulary(Pieces());
  for (const int size : {0, -64, 63, 192}) {
    EXPECT_THAT(CutBytePairs(vocabulary, {{"a", "b"}}, "m.txt", size).status().ToString(),
                HasSubstr(absl::StrCat("of at least the 128 pieces that no merge makes and at most 129, got ", size)));
  }
}

TEST(CutBytePairsTest, AMergeOfWhatIsNotThereIsAnError) {
  EXPECT_THAT(CutBytePairs(Vocabulary(Pieces()), {{"ab", "c"}, {"a", "b"}}, "m.txt", 128).status().ToString(),
              HasSubstr("m.txt: merge 0: want two pieces that are there, got ab and c"));
  // What a merge makes has to be a piece, or fewer than `size` would be written.
  EXPECT_THAT(CutBytePairs(Vocabulary(Pieces()), {{"a", "b"}, {"y", "z"}}, "m.txt", 128).status().ToString(),
              HasSubstr("m.txt: merge 1 (\"y\", \"z\"): want the merged piece in the vocabulary"));
}

}  // namespace
}  // namespace retort
