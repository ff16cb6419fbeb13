#include "framework/base/file.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "framework/base/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

std::string TestFolder(const std::string& name) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/file_test_", name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

int FilesIn(const std::string& folder) {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(TemporaryFolder, IsItsOwnAndGoesAway) {
  std::string path;
  {
    const auto folder = TemporaryFolder::Create(), other = TemporaryFolder::Create();
    ASSERT_TRUE(folder.ok() && other.ok());
    path = (*folder)->path();
    EXPECT_NE(path, (*other)->path());
    EXPECT_TRUE(AtomicWriteFile(path + "/x", "").ok());
  }
  EXPECT_FALSE(Exists(path));
}

TEST(Exists, FilesAndFolders) {
  const std::string folder = TestFolder("exists");
  ASSERT_TRUE(AtomicWriteFile(absl::StrCat(folder, "/x"), "").ok());
  EXPECT_TRUE(Exists(folder));
  EXPECT_TRUE(Exists(absl::StrCat(folder, "/x")));
  EXPECT_FALSE(Exists(absl::StrCat(folder, "/y")));
  EXPECT_FALSE(Exists(absl::StrCat(folder, "/x/y")));
}

TEST(AtomicWriteFile, ReplacesAndLeavesNothingElse) {
  const std::string folder = TestFolder("replaces");
  const std::string path = absl::StrCat(folder, "/x");
  ASSERT_TRUE(AtomicWriteFile(path, "long first contents").ok());
  const std::string bytes("a\0b", 3);
  ASSERT_TRUE(AtomicWriteFile(path, bytes).ok());
  EXPECT_EQ(*ReadFile(path), bytes);
  EXPECT_EQ(FilesIn(folder), 1);
}

TEST(AtomicWriteFile, WhatFindsNoRoomIsSaidAndLeavesNothing) {
  const std::string folder = TestFolder("full");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before, small;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = AtomicWriteFile(absl::StrCat(folder, "/x"), std::string(2000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("cannot write ", folder, "/x: File too large")));
  EXPECT_EQ(FilesIn(folder), 0);
}

TEST(AtomicWriteFile, MissingFolder) {
  const absl::Status status = AtomicWriteFile(absl::StrCat(TestFolder("missing"), "/nowhere/x"), "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nowhere/x"));
}

TEST(AtomicWriteFile, FolderInTheWay) {
  const std::string folder = TestFolder("in_the_way");
  ASSERT_TRUE(MakeDirectories(absl::StrCat(folder, "/x/y")).ok());
  EXPECT_FALSE(AtomicWriteFile(absl::StrCat(folder, "/x"), "x").ok());
  EXPECT_EQ(FilesIn(folder), 1);
}

TEST(ReadFile, MissingFile) {
  const absl::Status status = ReadFile("no/such/file").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "cannot open no/such/file: No such file or directory");
}

TEST(MakeDirectories, FileInTheWay) {
  const std::string folder = TestFolder("directories");
  EXPECT_TRUE(MakeDirectories(absl::StrCat(folder, "/a/b")).ok());
  EXPECT_TRUE(MakeDirectories(absl::StrCat(folder, "/a/b")).ok());
  ASSERT_TRUE(AtomicWriteFile(absl::StrCat(folder, "/f"), "x").ok());
  EXPECT_EQ(MakeDirectories(absl::StrCat(folder, "/f")).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(MakeDirectories(absl::StrCat(folder, "/f/g")).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace retort
