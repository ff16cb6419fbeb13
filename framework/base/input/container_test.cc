#include "framework/base/input/container.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/string_view.h"

namespace retort {
namespace {

std::string Message(absl::string_view head) { return std::string(CheckPlain(head).message()); }

TEST(CheckPlain, NamesWhatAFileIsPackedBy) {
  EXPECT_EQ(Message("\x1F\x8B\x08"), "want plain text, got a file packed by gzip; unpack it, and name the text");
  EXPECT_EQ(Message(absl::string_view("\xFD\x37zXZ\0", 6)),
            "want plain text, got a file packed by xz; unpack it, and name the text");
  EXPECT_EQ(Message("\x28\xB5\x2F\xFD"), "want plain text, got a file packed by zstd; unpack it, and name the text");
  EXPECT_EQ(Message("BZh91AY&SY"), "want plain text, got a file packed by bzip2; unpack it, and name the text");
  EXPECT_EQ(Message("PK\x03\x04"),
            "want plain text, got a zip archive; unpack it, and name the text files that were in it");
}

TEST(CheckPlain, TextIsPlain) {
  for (const char* text : {"", "[PAD]\n", "{\"a\": 1}", "name: 'x'", "PK\n"}) EXPECT_EQ(Message(text), "") << text;
}

TEST(CheckNoContainer, LetsPackedTextPass) {
  EXPECT_EQ(
      CheckNoContainer("PK\x03\x04").message(),
      "want text, plain or packed by gzip, xz or zstd, got a zip archive; unpack it, and name the text files that "
      "were in it");
  EXPECT_TRUE(CheckNoContainer("a\n").ok());
}

}  // namespace
}  // namespace retort
