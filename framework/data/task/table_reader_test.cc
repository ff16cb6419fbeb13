#include "framework/data/task/table_reader.h"

#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/data/examples/task_reader.h"
#include "framework/data/task/table_file.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

std::string Write(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  EXPECT_THAT(AtomicWriteFile(path, text), IsOk());
  return path;
}

TableFiles Files(const std::string& name, const std::string& text) {
  TableFiles files;
  files.paths = {{kTrainSplit, Write(name, text)}};
  files.columns.texts = {"sentence"};
  files.columns.label = "label";
  return files;
}

TEST(TableReader, ReadsTextsWithLabels) {
  TableFiles files = Files("train.tsv", "label\tsentence\tid\ngood\t\"fine\" film\ta7\nbad\tdull\ta8\n");
  files.columns.id = {"id"};
  const TableReader reader(files);
  EXPECT_EQ(reader.Description(), "table (" + files.paths[kTrainSplit] + ")");
  EXPECT_EQ(reader.head(), HeadKind::kClasses);
  EXPECT_THAT(reader.splits(), ElementsAre("train"));
  const auto read = reader.Read(kTrainSplit);
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(read->examples, ElementsAre(TaskExample{"a7", "\"fine\" film", std::nullopt, "good"},
                                          TaskExample{"a8", "dull", std::nullopt, "bad"}));
  EXPECT_EQ(read->examples[1].place, files.paths[kTrainSplit] + ":3");
  EXPECT_TRUE(read->notes.empty());
}

TEST(TableReader, ReadsPairsWithScores) {
  TableFiles files;
  files.paths = {{kTrainSplit, Write("pairs.csv", "a,b,4.5\n\"c, d\",e,0\n")}};
  files.columns.texts = {"0", "1"};
  files.columns.score = "2";
  files.heading = false;
  const TableReader reader(files);
  EXPECT_EQ(reader.head(), HeadKind::kScore);
  const auto read = reader.Read(kTrainSplit);
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(read->examples, ElementsAre(TaskExample{"0", "a", "b", "", 4.5}, TaskExample{"1", "c, d", "e", "", 0}));
}

TEST(TableReader, HowAFileIsWrittenMakesNoDifference) {
  const std::string plain = "sentence\tlabel\na b\t1\nc\t0\n";
  const auto wanted = TableReader(Files("plain.tsv", plain)).Read(kTrainSplit);
  ASSERT_THAT(wanted, IsOk());
  const std::string csv = absl::StrReplaceAll(plain, {{"\t", ","}});
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"a.tsv", "\xEF\xBB\xBF" + absl::StrReplaceAll(plain, {{"\n", "\r\n"}})},
           {"a.tsv.gz", testing::Gzip(plain)},
           {"a.csv.xz", testing::Xz(csv)},
           {"a.csv.zst", testing::Zstd(csv)},
           {"a.jsonl", "{\"sentence\": \"a b\", \"label\": 1}\n{\"sentence\": \"c\", \"label\": \"0\"}\n"}}) {
    const auto read = TableReader(Files(name, text)).Read(kTrainSplit);
    ASSERT_THAT(read, IsOk()) << name;
    EXPECT_EQ(read->examples, wanted->examples) << name;
  }
}

TEST(TableReader, OnlyTestFilesMayLackLabels) {
  TableFiles files = Files("labelled.tsv", "sentence\tlabel\na\t1\n");
  files.paths[kReportSplit] = files.paths[kTestSplit] = Write("unlabelled.tsv", "sentence\na\n\"\"\n");
  const TableReader reader(files);
  const auto test = reader.Read(kTestSplit);
  ASSERT_THAT(test, IsOk());
  EXPECT_EQ(test->examples.size(), 2u);
  EXPECT_EQ(test->examples[0].label, "");
  EXPECT_THAT(reader.Read(kReportSplit),
              IsInvalidArgument("unlabelled.tsv:1: want a heading with the column label, got sentence"));
  files.paths[kReportSplit] = files.paths[kTestSplit] = Write("some.tsv", "sentence\tlabel\na\t1\nb\t\n");
  ASSERT_THAT(TableReader(files).Read(kTestSplit), IsOk());
  EXPECT_THAT(TableReader(files).Read(kReportSplit),
              IsInvalidArgument("some.tsv:3: label: want the name of a class, got none"));
}

TEST(TableReader, LeavesOutRowsWithoutATextButOfTests) {
  TableFiles files = Files("gaps.tsv", "sentence\tlabel\na\t1\n\t0\nb\t1\n \t1\n");
  files.paths[kTestSplit] = files.paths[kTrainSplit];
  const auto read = TableReader(files).Read(kTrainSplit);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->examples.size(), 2u);
  EXPECT_EQ(read->examples[1].id, "2");
  EXPECT_THAT(read->notes,
              ElementsAre(files.paths[kTrainSplit] + ": left out 2 rows without a text, the first in line 3"));
  const auto test = TableReader(files).Read(kTestSplit);
  ASSERT_THAT(test, IsOk());
  EXPECT_EQ(test->examples.size(), 4u);
}

TEST(TableReader, Errors) {
  TableFiles files = Files("scores.tsv", "sentence\tlabel\na\t1\nb\thigh\n");
  files.columns.label.clear();
  files.columns.score = "label";
  EXPECT_THAT(TableReader(files).Read(kTrainSplit),
              IsInvalidArgument("scores.tsv:3: label: want a number, got \"high\""));
  files = Files("nan.tsv", "sentence\tlabel\na\tnan\n");
  files.columns.label.clear();
  files.columns.score = "label";
  EXPECT_THAT(TableReader(files).Read(kTrainSplit), IsInvalidArgument("nan.tsv:2: label: want a number, got \"nan\""));
  EXPECT_THAT(TableReader(Files("table.txt", "sentence\tlabel\n")).Read(kTrainSplit),
              IsInvalidArgument("table.txt: want a name that ends in .tsv, .csv or .jsonl"));
  files = Files("table.txt", "sentence\tlabel\na\t1\n");
  files.format = TableFormat::kTsv;
  EXPECT_THAT(TableReader(files).Read(kTrainSplit), IsOk());
}

}  // namespace
}  // namespace retort
