#include "framework/data/task/folder_reader.h"

#include <filesystem>
#include <optional>
#include <string>

#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/data/examples/task_reader.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;

// A folder as that of the IMDb reviews.
class FolderReaderTest : public ::testing::Test {
 protected:
  FolderReaderTest() : folder_(::testing::TempDir() + "/imdb") {
    std::filesystem::remove_all(folder_);
    Write("train/pos/0_9.txt", "Fine.<br /><br />Really.");
    Write("train/pos/10_7.txt", "Good, \"good\".\r\n");
    Write("train/neg/1_1.txt",
          "\xEF\xBB\xBF"
          "Bad. \nBoring.\n");
    Write("train/labeledBow.feat", "1 0:1");
    Write("train/urls_pos.txt", "http://localhost/");
    Write("test/neg/0_2.txt", "Dull.");
    Write("test/pos/0_10.txt", "Great.");
  }

  void Write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ + "/" + name;
    EXPECT_THAT(MakeDirectories(path.substr(0, path.rfind('/'))), IsOk());
    EXPECT_THAT(AtomicWriteFile(path, text), IsOk());
  }
  FolderReader Reader() const { return FolderReader(folder_, {{kTrainSplit, "train"}, {kReportSplit, "test"}}); }

  const std::string folder_;
};

TaskExample Review(const std::string& id, const std::string& text, const std::string& label) {
  return {id, text, std::nullopt, label};
}

TEST_F(FolderReaderTest, ReadsAFolderPerClass) {
  EXPECT_EQ(Reader().Description(), "folder (" + folder_ + ")");
  EXPECT_THAT(Reader().splits(), ElementsAre("report", "train"));
  const auto train = Reader().Read(kTrainSplit);
  ASSERT_THAT(train, IsOk());
  EXPECT_THAT(train->examples,
              ElementsAre(Review("neg/1_1", "Bad.\nBoring.", "neg"), Review("pos/0_9", "Fine.  Really.", "pos"),
                          Review("pos/10_7", "Good, \"good\".", "pos")));
  EXPECT_EQ(train->examples[0].place, folder_ + "/train/neg/1_1.txt");
  EXPECT_TRUE(train->notes.empty());
  const auto report = Reader().Read(kReportSplit);
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->examples, ElementsAre(Review("neg/0_2", "Dull.", "neg"), Review("pos/0_10", "Great.", "pos")));
}

TEST_F(FolderReaderTest, FilesMayBePacked) {
  const auto plain = Reader().Read(kTrainSplit);
  std::filesystem::remove(folder_ + "/train/pos/10_7.txt");
  Write("train/pos/10_7.txt.xz", testing::Xz("Good, \"good\".\n"));
  const auto packed = Reader().Read(kTrainSplit);
  ASSERT_THAT(packed, IsOk());
  EXPECT_EQ(packed->examples, plain->examples);
}

TEST_F(FolderReaderTest, SaysWhatItLeavesOut) {
  Write("train/unsup/0_0.txt", "Whatever.");
  Write("train/unsup/1_0.txt", "Anything.");
  Write("train/pos/notes.md", "no review");
  Write("train/neg/7_1.txt", " \n<br />\n");
  const auto read = Reader().Read(kTrainSplit);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->examples.size(), 3u);
  EXPECT_THAT(read->notes, ElementsAre(folder_ + "/train/neg: left out 1 file without a text",
                                       folder_ + "/train/pos: left out 1 file of another kind than .txt",
                                       folder_ + "/train/unsup: left out 2 files without a class"));
}

TEST_F(FolderReaderTest, Errors) {
  const FolderReader reader(folder_, {{kTrainSplit, "train/pos"}, {kReportSplit, "dev"}});
  EXPECT_THAT(reader.Read(kTrainSplit),
              IsInvalidArgument("imdb/train/pos: want a folder for each class, such as pos and neg, got none"));
  EXPECT_EQ(reader.Read(kReportSplit).status().code(), absl::StatusCode::kNotFound);
  Write("train/neg/9_1.txt", "\xff");
  EXPECT_THAT(Reader().Read(kTrainSplit), IsInvalidArgument("train/neg/9_1.txt:1: want UTF-8, got 0xff at its byte 0"));
}

}  // namespace
}  // namespace retort
