#include "framework/sweep/results/run_record.h"

#include <filesystem>

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;

class CheckoutCommitTest : public ::testing::Test {
 protected:
  CheckoutCommitTest() : folder_(::testing::TempDir() + "/checkout_commit_test") {
    std::filesystem::remove_all(folder_);
  }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ + "/" + name;
    ASSERT_THAT(MakeDirectories(path.parent_path().string()), IsOk());
    ASSERT_THAT(AtomicWriteFile(path.string(), text), IsOk());
  }

  const std::string folder_;
};

TEST_F(CheckoutCommitTest, OfABranchFromAFolderBelow) {
  Write(".git/HEAD", "ref: refs/heads/main\n");
  Write(".git/refs/heads/main", "abc123\n");
  Write("a/b/file", "");
  EXPECT_EQ(CheckoutCommit(folder_ + "/a/b"), "abc123");
}

TEST_F(CheckoutCommitTest, PackedOrDetached) {
  Write(".git/HEAD", "ref: refs/heads/main\n");
  Write(".git/packed-refs", "# pack-refs\n111 refs/heads/other\n222 refs/heads/main\n");
  EXPECT_EQ(CheckoutCommit(folder_), "222");
  Write(".git/HEAD", "333\n");
  EXPECT_EQ(CheckoutCommit(folder_), "333");
}

TEST_F(CheckoutCommitTest, OfAWorktree) {
  Write("main/.git/worktrees/w/HEAD", "ref: refs/heads/w\n");
  Write("main/.git/worktrees/w/commondir", "../..\n");
  Write("main/.git/refs/heads/w", "444\n");
  Write("w/.git", "gitdir: ../main/.git/worktrees/w\n");
  EXPECT_EQ(CheckoutCommit(folder_ + "/w"), "444");
}

TEST(DescribeRun, DateAndSeconds) {
  const absl::Time begin = absl::FromUnixSeconds(1700000000);
  const RunRecord run = DescribeRun("sweep a.textproto", begin, begin + absl::Seconds(90));
  EXPECT_EQ(run.date, "2023-11-14 22:14 UTC");
  EXPECT_EQ(run.command, "sweep a.textproto");
  EXPECT_EQ(run.seconds, 90);
}

}  // namespace
}  // namespace retort
