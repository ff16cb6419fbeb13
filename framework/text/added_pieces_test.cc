#include "framework/text/added_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

using testing::ElementsAre;

AddedPieces Make() {
  AddedPiece mask{"<mask>", 3};
  mask.strip_left = true;
  AddedPiece right{"<r>", 4};
  right.strip_right = true;
  return AddedPieces({{"<s>", 0}, {"<s>>", 1}, {"[X]", 2}, mask, right});
}

std::vector<std::string> Parts(absl::string_view text) {
  std::vector<std::string> parts;
  const absl::Status status = WalkAddedPieces(
      Make(), text,
      [&](size_t begin, size_t end) {
        if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
        return absl::OkStatus();
      },
      [&](int32_t id) { parts.push_back(absl::StrCat("#", id)); });
  EXPECT_TRUE(status.ok());
  return parts;
}

TEST(AddedPiecesTest, TheLongestAtThePlaceCounts) {
  EXPECT_THAT(Parts("a<s>b<s>>c"), ElementsAre("a", "#0", "b", "#1", "c"));
  EXPECT_THAT(Parts("<<s<s>[X][X"), ElementsAre("<<s", "#0", "#2", "[X"));
}

TEST(AddedPiecesTest, StripsWhiteSpaceOfAllKinds) {
  EXPECT_THAT(Parts("a \u3000\t<mask> b"), ElementsAre("a", "#3", " b"));
  EXPECT_THAT(Parts("a <r>\u00a0\n b"), ElementsAre("a ", "#4", "b"));
  EXPECT_THAT(Parts(" <mask>"), ElementsAre("#3"));
}

TEST(AddedPiecesTest, StrippingStopsAtTheMatchBefore) {
  EXPECT_THAT(Parts("<s> <mask>"), ElementsAre("#0", "#3"));
  EXPECT_THAT(Parts("<r>  <mask>"), ElementsAre("#4", "#3"));
}

TEST(AddedPiecesTest, BytesThatAreNotUtf8AreNoWhiteSpace) {
  EXPECT_THAT(Parts("\xa0<mask>"), ElementsAre("\xa0", "#3"));
  EXPECT_THAT(Parts("\xe3\x80<mask>"), ElementsAre("\xe3\x80", "#3"));
}

TEST(AddedPiecesTest, SingleWordsStandAlone) {
  AddedPiece word{"new", 1};
  word.single_word = true;
  const AddedPieces pieces({word, {"ne", 2}});
  const auto parts = [&](absl::string_view text) {
    std::string all;
    const absl::Status status = WalkAddedPieces(
        pieces, text,
        [&](size_t begin, size_t end) {
          absl::StrAppend(&all, "[", text.substr(begin, end - begin), "]");
          return absl::OkStatus();
        },
        [&](int32_t id) { absl::StrAppend(&all, id); });
    EXPECT_TRUE(status.ok());
    return all;
  };
  EXPECT_EQ(parts("new-new new"), "1[-]1[ ]1[]");
  EXPECT_EQ(parts("renew"), "[renew]") << "nor is the shorter piece within it found";
  EXPECT_EQ(parts("new\u00e9 new_ new\u0301 one"), "[new\u00e9 new_ new\u0301 o]2[]");
}

TEST(AddedPiecesTest, AnErrorEndsTheWalk) {
  int calls = 0;
  const absl::Status status = WalkAddedPieces(
      Make(), "a<s>b",
      [&](size_t, size_t) {
        ++calls;
        return absl::DataLossError("no");
      },
      [](int32_t) { FAIL(); });
  EXPECT_EQ(status.message(), "no");
  EXPECT_EQ(calls, 1);
}

TEST(AddedPiecesTest, NoneFindNothing) { EXPECT_FALSE(AddedPieces({}).Find("<s>", 0).has_value()); }

}  // namespace
}  // namespace retort
