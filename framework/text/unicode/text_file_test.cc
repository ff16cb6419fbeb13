#include "framework/text/unicode/text_file.h"

#include <gtest/gtest.h>

namespace retort {
namespace {

TEST(CheckTextFileTest, NamesWhatIsNoText) {
  EXPECT_TRUE(CheckTextFile("", "f").ok());
  EXPECT_TRUE(CheckTextFile("\u00e9\r\n\xEF\xBB\xBF", "f").ok()) << "a mark within a text is a character";
  EXPECT_EQ(CheckTextFile("\xEF\xBB\xBF[PAD]", "a b's.txt").message(),
            "a b's.txt: want text, got a byte order mark before it, which other programs take for a part of the text; "
            "to remove it: sed -i '1s/^\\xEF\\xBB\\xBF//' 'a b'\\''s.txt'");
  EXPECT_EQ(CheckTextFile("ab\xe9\n", "f").message(), "f: byte 2: want UTF-8, got 0xe9");
  EXPECT_EQ(CheckTextFile("\x1F\x8B\x08", "vocab.txt.gz").message(),
            "vocab.txt.gz: want plain text, got a file packed by gzip; unpack it, and name the text");
}

}  // namespace
}  // namespace retort
