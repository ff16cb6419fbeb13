#include "framework/data/corpus/corpus_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::Xz;
using testing::Zstd;

std::string Write(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  EXPECT_TRUE(AtomicWriteFile(path, bytes).ok());
  return path;
}

using Documents = std::vector<std::string>;

absl::StatusOr<Documents> ReadAll(const std::string& path, DocumentBoundary boundary) {
  auto reader = CorpusReader::Open(path, boundary);
  if (!reader.ok()) return reader.status();
  Documents documents;
  Document document;
  while (true) {
    absl::StatusOr<bool> more = (*reader)->Next(&document);
    if (!more.ok()) return more.status();
    if (!*more) return documents;
    documents.push_back(document.text);
  }
}

std::string ErrorOf(const std::string& bytes) {
  return std::string(ReadAll(Write("bad", bytes), DocumentBoundary::kFile).status().message());
}

// The same text as it is written in different places.
const std::string kTexts[] = {
    "\n a\nb\n\n\nc\n\nd",
    "\r\n a\r\nb\r\n\r\n\r\nc\r\n\r\nd\r\n",
    "\r a\rb\r\r\rc\r\rd\r",
    "\xEF\xBB\xBF\n a \nb\t\n \t\n\xC2\xA0\nc\n\nd\n\n",
    "\n a\r\r\nb\r\r\n\n\n\xEF\xBB\xBF"
    "c\n\n\xEF\xBB\xBF"
    "d",
};

TEST(CorpusReaderTest, BlankLinesPartDocuments) {
  for (const std::string& text : kTexts) {
    EXPECT_THAT(*ReadAll(Write("blank", text), DocumentBoundary::kBlankLine), ElementsAre(" a\nb", "c", "d"));
  }
}

TEST(CorpusReaderTest, EachLineIsADocument) {
  for (const std::string& text : kTexts) {
    EXPECT_THAT(*ReadAll(Write("line", text), DocumentBoundary::kLine), ElementsAre(" a", "b", "c", "d"));
  }
}

TEST(CorpusReaderTest, TheFileIsOneDocument) {
  for (const std::string& text : kTexts) {
    EXPECT_THAT(*ReadAll(Write("file", text), DocumentBoundary::kFile), ElementsAre(" a\nb\n\n\nc\n\nd"));
  }
}

TEST(CorpusReaderTest, EmptyAndBlankFilesHaveNoDocuments) {
  for (const DocumentBoundary boundary :
       {DocumentBoundary::kBlankLine, DocumentBoundary::kLine, DocumentBoundary::kFile}) {
    EXPECT_TRUE(ReadAll(Write("empty", ""), boundary)->empty());
    EXPECT_TRUE(ReadAll(Write("blank_only", "\xEF\xBB\xBF \r\n\t\n"), boundary)->empty());
  }
}

TEST(CorpusReaderTest, LinesLongerThanABlockStayWhole) {
  const std::string line(3 << 20, 'x');
  EXPECT_THAT(*ReadAll(Write("long", line + "\ny"), DocumentBoundary::kLine), ElementsAre(line, "y"));
}

TEST(CorpusReaderTest, UnpacksWhateverTheNameSays) {
  for (const std::string& bytes : {Gzip("one\ntwo\n"), Xz("one\ntwo\n"), Zstd("one\ntwo\n")}) {
    EXPECT_THAT(*ReadAll(Write("packed.txt", bytes), DocumentBoundary::kLine), ElementsAre("one", "two"));
  }
}

TEST(CorpusReaderTest, MissingFileIsNotFound) {
  const absl::Status status = ReadAll("no/such/file.txt", DocumentBoundary::kLine).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "corpus file cannot open no/such/file.txt: No such file or directory");
}

TEST(CorpusReaderTest, TruncatedFileIsDataLoss) {
  // A small file shows its damage at once, a large one after some text.
  for (const int lines : {20000, 2000000}) {
    std::string text;
    for (int i = 0; i < lines; ++i) absl::StrAppend(&text, i, "\n");
    const std::string bytes = Gzip(text);
    const absl::Status status =
        ReadAll(Write("cut.gz", bytes.substr(0, bytes.size() / 2)), DocumentBoundary::kLine).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("cut.gz: damaged or truncated after byte"));
  }
}

TEST(CorpusReaderTest, OtherEncodingsAreNamed) {
  EXPECT_THAT(ErrorOf("ab\r\ncaf\xe9\n"),
              HasSubstr("bad: line 2, byte 7: want UTF-8, got 0xe9; convert it, for example from Latin-1: iconv"));
  EXPECT_THAT(ErrorOf(std::string("\xFF\xFE"
                                  "a\0",
                                  4)),
              HasSubstr("bad: line 1, byte 0: want UTF-8, got 0xff; the file is UTF-16; convert it: iconv -f UTF-16"));
  EXPECT_THAT(ErrorOf("\xED\xA0\x80"), HasSubstr("byte 0: want UTF-8, got 0xed"));
}

}  // namespace
}  // namespace retort
