#include "framework/data/corpus/corpus_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"

namespace retort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

using Filter = int (*)(archive*);

std::string Write(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  EXPECT_TRUE(AtomicWriteFile(path, bytes).ok());
  return path;
}

std::string WritePacked(const std::string& name, const std::string& text, Filter filter) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  archive* out = archive_write_new();
  filter(out);
  archive_write_set_format_raw(out);
  EXPECT_EQ(archive_write_open_filename(out, path.c_str()), ARCHIVE_OK) << archive_error_string(out);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  EXPECT_EQ(archive_write_header(out, entry), ARCHIVE_OK);
  EXPECT_EQ(archive_write_data(out, text.data(), text.size()), static_cast<la_ssize_t>(text.size()));
  archive_entry_free(entry);
  EXPECT_EQ(archive_write_free(out), ARCHIVE_OK);
  return path;
}

using Documents = std::vector<std::pair<int64_t, std::string>>;

absl::StatusOr<Documents> ReadAll(const std::string& path, DocumentBoundary boundary) {
  auto reader = CorpusReader::Open(path, boundary);
  if (!reader.ok()) return reader.status();
  Documents documents;
  Document document;
  while (true) {
    absl::StatusOr<bool> more = (*reader)->Next(&document);
    if (!more.ok()) return more.status();
    if (!*more) return documents;
    documents.emplace_back(document.offset, document.text);
  }
}

constexpr char kText[] = "\n a\nb\r\n \t\r\n\nc\n\nd";

TEST(CorpusReaderTest, BlankLinesPartDocuments) {
  EXPECT_THAT(*ReadAll(Write("blank", kText), DocumentBoundary::kBlankLine),
              ElementsAre(Pair(1, " a\nb\r"), Pair(12, "c"), Pair(15, "d")));
}

TEST(CorpusReaderTest, EachLineIsADocument) {
  EXPECT_THAT(*ReadAll(Write("line", kText), DocumentBoundary::kLine),
              ElementsAre(Pair(1, " a"), Pair(4, "b\r"), Pair(12, "c"), Pair(15, "d")));
}

TEST(CorpusReaderTest, TheFileIsOneDocument) {
  EXPECT_THAT(*ReadAll(Write("file", kText), DocumentBoundary::kFile),
              ElementsAre(Pair(1, " a\nb\r\n \t\r\n\nc\n\nd")));
}

TEST(CorpusReaderTest, EmptyAndBlankFilesHaveNoDocuments) {
  for (const DocumentBoundary boundary :
       {DocumentBoundary::kBlankLine, DocumentBoundary::kLine, DocumentBoundary::kFile}) {
    EXPECT_TRUE(ReadAll(Write("empty", ""), boundary)->empty());
    EXPECT_TRUE(ReadAll(Write("blank_only", " \n\t\n"), boundary)->empty());
  }
}

TEST(CorpusReaderTest, LinesLongerThanABlockStayWhole) {
  const std::string line(3 << 20, 'x');
  EXPECT_THAT(*ReadAll(Write("long", line + "\ny"), DocumentBoundary::kLine),
              ElementsAre(Pair(0, line), Pair(line.size() + 1, "y")));
}

TEST(CorpusReaderTest, UnpacksWhateverTheNameSays) {
  const std::pair<const char*, Filter> filters[] = {{"packed.txt", archive_write_add_filter_gzip},
                                                    {"packed.xz", archive_write_add_filter_xz},
                                                    {"packed.zst", archive_write_add_filter_zstd}};
  for (const auto& [name, filter] : filters) {
    EXPECT_THAT(*ReadAll(WritePacked(name, "one\ntwo\n", filter), DocumentBoundary::kLine),
                ElementsAre(Pair(0, "one"), Pair(4, "two")))
        << name;
  }
}

TEST(CorpusReaderTest, MissingFileIsNotFound) {
  const absl::Status status = ReadAll("no/such/file.txt", DocumentBoundary::kLine).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("corpus file no/such/file.txt: want a readable file"));
}

TEST(CorpusReaderTest, TruncatedFileIsDataLoss) {
  // A small file shows its damage at once, a large one after some text.
  for (const int lines : {20000, 2000000}) {
    std::string text;
    for (int i = 0; i < lines; ++i) absl::StrAppend(&text, i, "\n");
    const std::string path = WritePacked("whole.gz", text, archive_write_add_filter_gzip);
    const std::string bytes = *ReadFile(path);
    const absl::Status status =
        ReadAll(Write("cut.gz", bytes.substr(0, bytes.size() / 2)), DocumentBoundary::kLine).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("cut.gz: damaged or truncated"));
  }
}

}  // namespace
}  // namespace retort
