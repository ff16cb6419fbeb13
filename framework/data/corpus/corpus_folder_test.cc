#include "framework/data/corpus/corpus_folder.h"

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

class CorpusFolderTest : public ::testing::Test {
 protected:
  CorpusFolderTest()
      : folder_(absl::StrCat(::testing::TempDir(), "/corpus_",
                             ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Write("a.txt", "a\n");
    Write("b.txt", "b\n");
  }

  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(AtomicWriteFile(folder_ + "/" + name, bytes).ok());
  }

  // What loading the folder with this corpus.textproto gives.
  absl::StatusOr<CorpusFolder> Load(const std::string& text) {
    Write("corpus.textproto", text);
    return LoadCorpusFolder(folder_);
  }

  void ExpectError(const std::string& text, absl::StatusCode code, const std::string& message) {
    const absl::Status status = Load(text).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
    EXPECT_THAT(std::string(status.message()), HasSubstr(folder_));
  }

  std::string folder_;
};

TEST_F(CorpusFolderTest, ReadsFilesInOrder) {
  const auto corpus = Load(
      "file { path: 'b.txt' document: LINE } file { path: 'a.txt' } file { path: 'a.txt' document: FILE }"
      "report_share: 0.25");
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ(corpus->spec.name, folder_);
  ASSERT_EQ(corpus->spec.files.size(), 3u);
  EXPECT_EQ(corpus->spec.files[0].path, folder_ + "/b.txt");
  EXPECT_EQ(corpus->spec.files[0].boundary, DocumentBoundary::kLine);
  EXPECT_EQ(corpus->spec.files[1].boundary, DocumentBoundary::kBlankLine);
  EXPECT_EQ(corpus->spec.files[2].boundary, DocumentBoundary::kFile);
  EXPECT_EQ(corpus->select_share, 0.02);
  EXPECT_EQ(corpus->report_share, 0.25);
}

TEST_F(CorpusFolderTest, NamesWhatRaisesALimit) {
  const auto corpus = Load("file { path: 'b.txt' most_bytes: 7 } file { path: 'a.txt' }");
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ(corpus->spec.files[0].limit.most_bytes, 7);
  EXPECT_EQ(corpus->spec.files[1].limit.most_bytes, 0);
  EXPECT_EQ(corpus->spec.files[1].limit.option, "most_bytes in " + folder_ + "/corpus.textproto: file[1]");
}

TEST_F(CorpusFolderTest, NamesWhatIsMissing) {
  EXPECT_EQ(LoadCorpusFolder(folder_ + "/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(LoadCorpusFolder(folder_ + "/none").status().ToString(), HasSubstr("nothing there"));
  EXPECT_THAT(LoadCorpusFolder(folder_).status().ToString(), HasSubstr("a folder without one"));
  EXPECT_THAT(LoadCorpusFolder(folder_ + "/a.txt").status().ToString(), HasSubstr("got a file"));
  ExpectError("file { path: 'a.txt' } file { path: 'c.txt' }", absl::StatusCode::kNotFound, "file[1].path");
}

TEST_F(CorpusFolderTest, RejectsWhatMakesNoSense) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  ExpectError("", invalid, "want at least one file");
  ExpectError("file {}", invalid, "file[0].path");
  ExpectError("file { path: 'a.txt' }\nselect_shar: 1", invalid, "corpus.textproto:2:");
  ExpectError("file { path: 'a.txt' } select_share: 1", invalid, "select_share: want 0 <= share < 1, got 1");
  ExpectError("file { path: 'a.txt' } report_share: -0.1", invalid, "report_share");
  ExpectError("file { path: 'a.txt' } report_share: nan", invalid, "report_share");
  ExpectError("file { path: 'a.txt' } select_share: 0.5 report_share: 0.5", invalid, "select_share + report_share");
}

TEST(ShippedCorporaTest, Load) {
  int corpora = 0;
  for (const auto& entry : std::filesystem::directory_iterator("data/corpora")) {
    const auto corpus = LoadCorpusFolder(entry.path().string());
    EXPECT_TRUE(corpus.ok()) << corpus.status();
    ++corpora;
  }
  EXPECT_GE(corpora, 6);
}

}  // namespace
}  // namespace retort
