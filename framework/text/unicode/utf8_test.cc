#include "framework/text/unicode/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort {
namespace {

using testing::Eq;
using testing::Optional;

TEST(FindInvalidUtf8Test, AcceptsAllLengths) {
  EXPECT_THAT(FindInvalidUtf8(""), Eq(std::nullopt));
  EXPECT_THAT(FindInvalidUtf8("a\u00e9\u20ac\U0001f600"), Eq(std::nullopt));
}

TEST(FindInvalidUtf8Test, FindsTheFirstBadByte) {
  EXPECT_THAT(FindInvalidUtf8("ab\xff z\xff"), Optional(Eq(2u)));
  EXPECT_THAT(FindInvalidUtf8("caf\xe9"), Optional(Eq(3u)));    // Latin-1
  EXPECT_THAT(FindInvalidUtf8("x\xe2\x82"), Optional(Eq(1u)));  // cut off
  EXPECT_THAT(FindInvalidUtf8("x\xc0\x80"),
              Optional(Eq(1u)));  // not the shortest form
  EXPECT_THAT(FindInvalidUtf8("\xed\xa0\x80"),
              Optional(Eq(0u)));  // a surrogate
  EXPECT_THAT(FindInvalidUtf8("\xf4\x90\x80\x80"),
              Optional(Eq(0u)));  // beyond U+10FFFF
}

}  // namespace
}  // namespace retort
