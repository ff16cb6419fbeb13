#include "framework/data/task/table_file.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;

std::string Write(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/table";
  EXPECT_THAT(AtomicWriteFile(path, text), IsOk());
  return path;
}

TableLayout Layout(TableFormat format, const std::vector<std::string>& columns) {
  TableLayout layout;
  layout.format = format;
  for (const std::string& column : columns) layout.columns.push_back({column});
  return layout;
}

// The rows with their lines, "2: a|b"; "-" is a cell that lacks.
absl::StatusOr<std::vector<std::string>> Rows(const std::string& text, const TableLayout& layout) {
  auto file = TableFile::Open(Write(text), layout);
  if (!file.ok()) return file.status();
  std::vector<std::string> rows;
  TableCells cells;
  while (true) {
    const absl::StatusOr<bool> more = (*file)->Next(&cells);
    if (!more.ok()) return more.status();
    if (!*more) return rows;
    std::vector<std::string> texts;
    for (const auto& cell : cells) texts.push_back(cell.value_or("-"));
    rows.push_back(absl::StrCat((*file)->line(), ": ", absl::StrJoin(texts, "|")));
  }
}

TEST(TableFormatOf, FollowsTheName) {
  EXPECT_EQ(TableFormatOf("a/b.tsv"), TableFormat::kTsv);
  EXPECT_EQ(TableFormatOf("a/b.csv.xz"), TableFormat::kCsv);
  EXPECT_EQ(TableFormatOf("b.jsonl.gz"), TableFormat::kJsonLines);
  EXPECT_EQ(TableFormatOf("b.tsv.zst"), TableFormat::kTsv);
  EXPECT_EQ(TableFormatOf("b.txt"), std::nullopt);
  EXPECT_EQ(TableFormatOf("tsv"), std::nullopt);
}

TEST(Tsv, HasNoQuoting) {
  const auto rows = Rows("b\ta\n\"x\ty\"\n\"\"\t\"p, q\"\n", Layout(TableFormat::kTsv, {"a", "b"}));
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("2: y\"|\"x", "3: \"p, q\"|\"\""));
}

TEST(Tsv, ColumnsHaveNamesOrNumbers) {
  TableLayout layout = Layout(TableFormat::kTsv, {"2", "a"});
  layout.columns.push_back({"none", /*may_lack=*/true});
  const std::string text = "a\tb\tc\n1\t2\t3\n";
  auto rows = Rows(text, layout);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("2: 3|1|-"));
  layout = Layout(TableFormat::kTsv, {"2", "0"});
  layout.heading = false;
  rows = Rows(text, layout);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("1: c|a", "2: 3|1"));
}

TEST(Csv, QuotesAsInRfc4180) {
  const auto rows = Rows(
      "text,label\r\n"
      "\"a, b\",x\r\n"
      "\"he said \"\"no\"\"\r\n\r\nand left\",y\r\n"
      "5\" wide,\"\"\r\n"
      "\"\"\"\", z \r\n",
      Layout(TableFormat::kCsv, {"text", "label"}));
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("2: a, b|x", "3: he said \"no\"\n\nand left|y", "6: 5\" wide|", "7: \"| z"));
}

TEST(Csv, Errors) {
  const TableLayout layout = Layout(TableFormat::kCsv, {"a"});
  EXPECT_THAT(Rows("a,b\nx,y\n\"p\" q,r\n", layout),
              IsInvalidArgument("table:3: want a comma behind a closing quotation mark, got \" q\""));
  EXPECT_THAT(Rows("a,b\nx,y\n\"p,q\nr,s\n", layout),
              IsInvalidArgument("table:3: want a closing quotation mark for one in this row, got the file's end"));
  EXPECT_THAT(Rows("a,b\n1,2,3\n", layout), IsInvalidArgument("table:2: want the 2 columns of the heading, got 3"));
}

TEST(JsonLines, AreObjectsOrArrays) {
  TableLayout layout = Layout(TableFormat::kJsonLines, {"text", "label"});
  layout.columns.push_back({"more", /*may_lack=*/true});
  auto rows =
      Rows("{\"label\": 1, \"text\": \"a\\tb\\n \", \"x\": [1]}\n{\"text\": \"\", \"label\": true, \"more\": 0.5}\n",
           layout);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("1: a\tb|1|-", "2: |true|0.5"));
  rows = Rows("[\"what is it\", \"question\"]\n[\"é\", \"other\"]\n", Layout(TableFormat::kJsonLines, {"1", "0"}));
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("1: question|what is it", "2: other|é"));
}

TEST(JsonLines, Errors) {
  const TableLayout layout = Layout(TableFormat::kJsonLines, {"a"});
  EXPECT_THAT(Rows("{\"a\": 1}\n{\"b\": 1}\n", layout), IsInvalidArgument("table:2: want the column a, got b"));
  EXPECT_THAT(Rows("{\"a\": [1]}\n", layout),
              IsInvalidArgument("table:1: a: want a text or a number, got an array of 1"));
  EXPECT_THAT(Rows("{}\n", layout), IsInvalidArgument("table:1: want the column a, got none"));
  EXPECT_THAT(Rows("5\n", layout), IsInvalidArgument("table:1: want an object or an array, got 5"));
  EXPECT_THAT(Rows("{\"a\": 1\n", layout), IsInvalidArgument("table:1"));
}

TEST(JsonLines, WhatIsMissingIsNoText) {
  const TableLayout layout = Layout(TableFormat::kJsonLines, {"a"});
  for (const char* value : {"null", "NaN", "Infinity", "-Infinity"}) {
    EXPECT_THAT(Rows(absl::StrCat("{\"a\": 1}\n{\"a\": ", value, ", \"b\": 1}\n"), layout),
                IsInvalidArgument(absl::StrCat("table:2: a: want a text or a number, got ", value)));
  }
  EXPECT_THAT(Rows("[null]\n", Layout(TableFormat::kJsonLines, {"0"})),
              IsInvalidArgument("table:1: 0: want a text or a number, got null"));
  TableLayout lacking = layout;
  lacking.columns = {{"a", /*may_lack=*/true}, {"b"}};
  const auto rows = Rows("{\"a\": NaN, \"b\": \"x\"}\n{\"a\": null, \"b\": \"NaN\", \"c\": [1]}\n", lacking);
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre("1: -|x", "2: -|NaN"));
}

// Line ends, byte order marks, blanks behind cells and packing change nothing.
TEST(TableFile, HowAFileIsWrittenIsNoText) {
  const std::vector<std::pair<TableFormat, std::string>> files = {
      {TableFormat::kTsv, "a\tb\nx y\t1\nz\t\n"},
      {TableFormat::kCsv, "a,b\n\"x y\",1\nz,\n"},
      {TableFormat::kJsonLines, "{\"a\": \"x y\", \"b\": \"1\"}\n{\"a\": \"z\", \"b\": \"\"}\n"}};
  for (const auto& [format, plain] : files) {
    const auto read = [format = format](const std::string& text) {
      const auto rows = Rows(text, Layout(format, {"a", "b"}));
      EXPECT_THAT(rows, IsOk()) << text;
      return rows.value_or(std::vector<std::string>());
    };
    const std::vector<std::string> wanted = read(plain);
    EXPECT_EQ(wanted.size(), 2u);
    for (const char* end : {"\r\n", "\r", " \n", "\xC2\xA0\r\n"}) {
      EXPECT_EQ(read(absl::StrReplaceAll(plain, {{"\n", end}})), wanted);
    }
    EXPECT_EQ(read("\xEF\xBB\xBF" + plain), wanted);
    EXPECT_EQ(read(plain + "\n \n\n"), wanted);
    EXPECT_EQ(read(plain.substr(0, plain.size() - 1)), wanted);
    for (const std::string& packed : {testing::Gzip(plain), testing::Xz(plain), testing::Zstd(plain)}) {
      EXPECT_EQ(read(packed), wanted);
    }
  }
}

TEST(TableFile, BadRowsAreNamedByFileAndLine) {
  const TableLayout layout = Layout(TableFormat::kTsv, {"a"});
  EXPECT_THAT(Rows("b\tc\n", layout), IsInvalidArgument("/table:1: want a heading with the column a, got b, c"));
  EXPECT_THAT(Rows("", layout), IsInvalidArgument("/table:1: want a heading with the column a, got an empty file"));
  EXPECT_THAT(Rows("\nb\n", layout), IsInvalidArgument("/table:1: want a heading with the column a, got a blank line"));
  EXPECT_THAT(Rows("a\tb\n1\t2\n1\n", layout), IsInvalidArgument("/table:3: want the 2 columns of the heading, got 1"));
  EXPECT_THAT(Rows("a\tb\n1\t2\n\n\n1\t2\n", layout),
              IsInvalidArgument("/table:3: want a row, got a blank line with rows behind it"));
  EXPECT_THAT(Rows("a\n\xff\n", layout), IsInvalidArgument("/table:2: want UTF-8, got 0xff at its byte 0"));
  EXPECT_THAT(Rows("a\tb\n", Layout(TableFormat::kTsv, {"2"})),
              IsInvalidArgument("/table:1: want a column 2, counted from 0, got 2 columns"));
  TableLayout headless = Layout(TableFormat::kTsv, {"0"});
  headless.heading = false;
  EXPECT_THAT(Rows("1\t2\n1\n", headless), IsInvalidArgument("/table:2: want the 2 columns of the first row, got 1"));
  EXPECT_THAT(Rows(testing::Zip("a\n"), layout), IsInvalidArgument("got a zip archive; unpack it"));
  EXPECT_EQ(TableFile::Open(::testing::TempDir() + "/no.tsv", layout).status().code(), absl::StatusCode::kNotFound);
}

TEST(TableFile, MayBeEmpty) {
  TableLayout headless = Layout(TableFormat::kTsv, {"0"});
  headless.heading = false;
  for (const TableLayout& layout : {headless, Layout(TableFormat::kJsonLines, {"a"})}) {
    const auto rows = Rows("\n", layout);
    ASSERT_THAT(rows, IsOk());
    EXPECT_THAT(*rows, ElementsAre());
  }
}

TEST(TableFile, CountsTheRowsThatItSkips) {
  TableLayout layout = Layout(TableFormat::kTsv, {"a"});
  layout.skips_uneven = true;
  auto file = TableFile::Open(Write("a\tb\n1\t2\n3\n4\t5\n6\t7\t8\n"), layout);
  ASSERT_THAT(file, IsOk());
  TableCells cells;
  ASSERT_TRUE((*file)->Next(&cells).value());
  ASSERT_TRUE((*file)->Next(&cells).value());
  EXPECT_EQ(cells[0], "4");
  EXPECT_FALSE((*file)->Next(&cells).value());
  EXPECT_EQ((*file)->uneven().Note("of other lengths"), "left out 2 rows of other lengths, the first in line 3");
  EXPECT_EQ((LeftOutRows{1, 7}.Note("without a text")), "left out 1 row without a text, in line 7");
}

}  // namespace
}  // namespace retort
