#include "framework/base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"

namespace retort {
namespace {

class AtomicFileTest : public testing::Test {
 protected:
  AtomicFileTest()
      : folder_(absl::StrCat(testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  int FilesInFolder() const {
    const std::filesystem::directory_iterator begin(folder_);
    return static_cast<int>(std::distance(begin, std::filesystem::directory_iterator()));
  }

  std::string folder_;
};

TEST_F(AtomicFileTest, AppearsAtCommitWithItsOverwrites) {
  const std::string path = folder_ + "/file";
  absl::StatusOr<std::unique_ptr<AtomicFile>> file = AtomicFile::Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Append("0000").ok());
  ASSERT_TRUE((*file)->Append("tail").ok());
  ASSERT_TRUE((*file)->Overwrite(1, "12").ok());
  EXPECT_EQ((*file)->size(), 8);
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE((*file)->Commit().ok());
  absl::StatusOr<std::string> contents = ReadFile(path);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(*contents, "0120tail");
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(AtomicFileTest, LeavesNothingBehindWithoutCommit) {
  ASSERT_TRUE(AtomicWriteFile(folder_ + "/file", "before").ok());
  {
    absl::StatusOr<std::unique_ptr<AtomicFile>> file = AtomicFile::Create(folder_ + "/file");
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Append("after").ok());
    EXPECT_EQ(FilesInFolder(), 2);
  }
  EXPECT_EQ(FilesInFolder(), 1);
  EXPECT_EQ(*ReadFile(folder_ + "/file"), "before");
}

TEST_F(AtomicFileTest, WhatAKilledProcessLeftIsRemovedAndWhatIsBeingWrittenStays) {
  absl::StatusOr<std::unique_ptr<AtomicFile>> growing = AtomicFile::Create(folder_ + "/growing");
  ASSERT_TRUE(growing.ok()) << growing.status();
  std::ofstream(folder_ + "/file.tmp-0123456789abcdef-0") << "half";
  std::ofstream(folder_ + "/file") << "whole";
  ASSERT_TRUE(IsTemporary("file.tmp-0123456789abcdef-0"));
  RemoveAbandoned(folder_);
  RemoveAbandoned(folder_ + "/missing");
  EXPECT_EQ(FilesInFolder(), 2);
  EXPECT_TRUE((*growing)->Append("x").ok());
  EXPECT_TRUE((*growing)->Commit().ok());
  EXPECT_EQ(*ReadFile(folder_ + "/growing"), "x");
  EXPECT_EQ(*ReadFile(folder_ + "/file"), "whole");
}

TEST_F(AtomicFileTest, NamesThePathThatItCannotCreate) {
  const absl::Status status = AtomicFile::Create(folder_ + "/missing/file").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(folder_ + "/missing/file"));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("No such file"));
}

}  // namespace
}  // namespace retort
