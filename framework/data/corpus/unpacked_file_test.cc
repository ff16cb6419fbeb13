#include "framework/data/corpus/unpacked_file.h"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/data/corpus/test_packing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::Bzip2;
using testing::Cpio;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::SevenZip;
using testing::Tar;
using testing::Xz;
using testing::Zip;
using testing::Zstd;
using testing::ZstdWithChecksum;

std::string Write(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << bytes;  // Syncing thousands of files would take a minute.
  return path;
}

absl::StatusOr<std::string> Unpack(const std::string& bytes) { return ReadUnpacked(Write("packed", bytes)); }

std::string ErrorOf(const std::string& bytes) { return std::string(Unpack(bytes).status().message()); }

std::string Verse() {
  std::string text;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&text, i * i, " green bottles\n");
  return text;
}

TEST(UnpackedFile, ReadsPlainAndPackedText) {
  for (const std::string& text : {std::string(), std::string("a"), Verse()}) {
    for (const std::string& bytes : {text, Gzip(text), Xz(text), Zstd(text)}) {
      const auto read = Unpack(bytes);
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(*read, text);
    }
  }
  EXPECT_EQ(*Unpack(ZstdWithChecksum("abc\n")), "abc\n");
}

TEST(UnpackedFile, PartsFollowEachOther) {
  EXPECT_EQ(*Unpack(Gzip("a\n") + Gzip("") + Gzip("b\n")), "a\nb\n");
  EXPECT_EQ(*Unpack(Xz("a\n") + Xz("b\n")), "a\nb\n");
  EXPECT_EQ(*Unpack(ZstdWithChecksum("a\n") + ZstdWithChecksum("b\n")), "a\nb\n");
  EXPECT_EQ(*Unpack(Gzip("a\n") + std::string(700, '\0')), "a\n") << "tapes are filled with zeros";
}

// Whatever bit is wrong: the text is what it was, or there is an error.
TEST(UnpackedFile, NoDamageGoesUnnoticed) {
  const std::string text = Verse();
  const std::string packed[] = {Gzip(text), Xz(text), ZstdWithChecksum(text.substr(0, 200))};
  const std::string texts[] = {text, text, text.substr(0, 200)};
  for (int i = 0; i < 3; ++i) {
    for (size_t byte = 0; byte < packed[i].size(); ++byte) {
      std::string damaged = packed[i];
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << byte % 8));
      const auto read = ReadUnpacked(Write("damaged.gz", damaged));
      EXPECT_TRUE(!read.ok() || *read == texts[i]) << i << " " << byte;
    }
  }
}

TEST(UnpackedFile, NoEndIsMissedAndNothingFollows) {
  const std::string text = Verse();
  for (const std::string& packed : {Gzip(text), Xz(text), Zstd(text), ZstdWithChecksum("abc\n")}) {
    for (size_t bytes = 0; bytes < packed.size(); ++bytes) {
      const auto status = ReadUnpacked(Write("cut.gz", packed.substr(0, bytes))).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << bytes << " of " << packed.size() << ": " << status;
    }
    for (const char* garbage : {"x", "garbage", "\n\n\n\n\n\n\n\n"}) {
      EXPECT_EQ(Unpack(packed + garbage).status().code(), absl::StatusCode::kDataLoss) << packed.size();
    }
  }
  EXPECT_THAT(ErrorOf(Gzip(text).substr(0, 60)), HasSubstr("of its text: the file ends early"));
  EXPECT_THAT(ErrorOf(Gzip(text) + "x"), HasSubstr("something else follows the packed text"));
}

TEST(UnpackedFile, ANameThatSaysPackedIsHeldToIt) {
  const auto status = ReadUnpacked(Write("plain.xz", "text\n")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("plain.xz: damaged or truncated: want what its name says"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("if it is plain text, give it another name"));
}

TEST(UnpackedFile, ContainersAreRefusedByName) {
  const std::pair<std::string, const char*> containers[] = {
      {Tar("a"), "got a tar archive; unpack it, and name the text files that were in it"},
      {Gzip(Tar("a")), "got a tar archive"},
      {Xz(Tar("a")), "got a tar archive"},
      {Zip("a"), "got a zip archive"},
      {SevenZip("a"), "got a 7z archive"},
      {Cpio("a"), "got a cpio archive"},
      {Bzip2("a"), "got a file packed by bzip2; unpack it, and name the text"},
      {Gzip(Gzip("a")), "got a file packed twice"},
      {"%PDF-1.4\n", "got a PDF file; write its text to a text file, and name that"},
      {std::string("PAR1\x15\x04", 6), "got a Parquet file"},
      {std::string("]\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 13), "got a file packed by lzma"},
  };
  for (const auto& [bytes, error] : containers) {
    EXPECT_EQ(Unpack(bytes).status().code(), absl::StatusCode::kInvalidArgument) << error;
    EXPECT_THAT(ErrorOf(bytes), HasSubstr(error));
    EXPECT_THAT(ErrorOf(bytes), HasSubstr("/packed: want text, plain or packed by gzip, xz or zstd"));
  }
  // A tar older than "ustar".
  std::string tar = Tar("a");
  tar.replace(257, 8, 8, '\0');
  int sum = 0;
  for (int i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(tar[i]);
  tar.replace(148, 7, absl::StrFormat("%06o", sum) + '\0');
  EXPECT_THAT(ErrorOf(tar), HasSubstr("got a tar archive"));
}

TEST(UnpackedFile, TextThatLooksSimilarIsRead) {
  for (const std::string text : {"PAR1 is a receptor\n", "070701 was a Sunday\n", "BZh\n", "PK\n", "Rar!\n", "]\n"}) {
    EXPECT_EQ(Unpack(text).value(), text);
  }
}

TEST(UnpackedFile, UnpacksToNoMoreThanItMay) {
  const std::string bomb = Gzip(std::string(UnpackedFile::kMostBytes + 1, 'a'));
  ASSERT_LT(bomb.size(), 100000u);
  const auto status = Unpack(bomb).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("want at most 67108864 bytes of text in the file's ", bomb.size(), ", got more")));
  EXPECT_THAT(std::string(status.message()), HasSubstr("if it is meant, unpack it, or say a larger most_bytes"));

  const std::string path = Write("bomb", bomb);
  auto file = UnpackedFile::Open(path, {UnpackedFile::kMostBytes + 1, "--bytes"});
  ASSERT_TRUE(file.ok()) << file.status();
  std::string block(1 << 20, '\0');
  int64_t bytes = 0;
  while (const size_t got = (*file)->Read(&block[0], block.size()).value()) bytes += static_cast<int64_t>(got);
  EXPECT_EQ(bytes, UnpackedFile::kMostBytes + 1);
  EXPECT_THAT(std::string(ReadUnpacked(path, {1000, "--bytes"}).status().message()),
              HasSubstr(absl::StrCat("/bomb: want at most 1000 bytes of text in the file's ", bomb.size(),
                                     ", got more; if it is meant, unpack it, or say a larger --bytes")));
}

TEST(UnpackedFile, HashesWhatItReads) {
  for (const std::string& bytes : {std::string("plain"), Gzip(Verse()), Xz(Verse()), Zstd(Verse()), Xz("")}) {
    const std::string path = Write("hashed", bytes);
    auto file = UnpackedFile::Open(path);
    ASSERT_TRUE(file.ok()) << file.status();
    std::string block(100, '\0');
    while ((*file)->Read(&block[0], block.size()).value() > 0) continue;
    EXPECT_TRUE((*file)->hash() == *HashFile(path));
  }
  EXPECT_FALSE(*HashFile(Write("a", "a")) == *HashFile(Write("b", "b")));
}

}  // namespace
}  // namespace retort
