#include "framework/sweep/store/lease.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "framework/base/file.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;

class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() : folder_(::testing::TempDir() + "/lease/" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
  }
  const std::string folder_;
};

TEST_F(LeaseTest, OneHasItAtATime) {
  absl::StatusOr<std::unique_ptr<Lease>> first = Lease::TryTake(folder_);
  ASSERT_THAT(first, IsOk());
  ASSERT_NE(*first, nullptr);
  EXPECT_EQ(*Lease::TryTake(folder_), nullptr);
  first->reset();
  EXPECT_FALSE(Exists(folder_ + "/lease"));
  EXPECT_NE(*Lease::TryTake(folder_), nullptr);
}

TEST_F(LeaseTest, AKilledOwnerLeavesIt) {
  int taken[2];
  ASSERT_EQ(::pipe(taken), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lease = Lease::TryTake(folder_);
    const char ok = lease.ok() && *lease != nullptr ? 'y' : 'n';
    if (::write(taken[1], &ok, 1) == 1) ::pause();
    ::_exit(1);
  }
  char ok = 0;
  ASSERT_EQ(::read(taken[0], &ok, 1), 1);
  EXPECT_EQ(ok, 'y');
  EXPECT_EQ(*Lease::TryTake(folder_), nullptr) << "the child has it";
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NE(*Lease::TryTake(folder_), nullptr);
}

TEST_F(LeaseTest, AFileInTheWayIsNamed) {
  ASSERT_THAT(MakeDirectories(folder_), IsOk());
  ASSERT_THAT(AtomicWriteFile(folder_ + "/x", ""), IsOk());
  EXPECT_THAT(std::string(Lease::TryTake(folder_ + "/x").status().message()), ::testing::HasSubstr(folder_ + "/x"));
}

TEST(Lease, AFolderInItsPlaceIsNobodys) {
  const std::string folder = ::testing::TempDir() + "/lease_folder";
  ASSERT_THAT(MakeDirectories(folder + "/lease/a folder"), IsOk());
  const auto lease = Lease::TryTake(folder);
  ASSERT_THAT(lease, IsOk());
  EXPECT_NE(*lease, nullptr);
}

}  // namespace
}  // namespace retort
