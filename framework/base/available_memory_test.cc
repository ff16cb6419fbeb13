#include "framework/base/available_memory.h"

#include <sys/resource.h>

#include "framework/base/file.h"
#include "framework/base/temporary_folder.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

// A /proc and a /sys of its own: 8 GB of free memory, and the process in one group of each version.
class AvailableMemoryTest : public ::testing::Test {
 protected:
  AvailableMemoryTest() {
    Write("/proc/meminfo", "MemTotal: 16000000 kB\nMemFree: 1000 kB\nMemAvailable:    7812500 kB\n");
    Write("/proc/self/cgroup", "4:cpu,memory:/job/1\n3:cpuset:/elsewhere\n0::/user/task\n");
  }

  void Write(const std::string& path, const std::string& text) {
    const std::string whole = folder_->path() + path;
    ASSERT_TRUE(MakeDirectories(whole.substr(0, whole.rfind('/'))).ok());
    ASSERT_TRUE(AtomicWriteFile(whole, text).ok());
  }

  AvailableMemory Find() const { return FindAvailableMemory(folder_->path()).value(); }

  const std::unique_ptr<TemporaryFolder> folder_ = TemporaryFolder::Create().value();
};

TEST_F(AvailableMemoryTest, IsWhatIsFree) {
  EXPECT_EQ(Find().bytes, 8e9);
  EXPECT_EQ(Find().bound, "free memory");
}

TEST_F(AvailableMemoryTest, IsWhatTheControlGroupLeaves) {
  Write("/sys/fs/cgroup/user/task/memory.max", "5000000000\n");
  Write("/sys/fs/cgroup/user/task/memory.current", "2000000000\n");
  Write("/sys/fs/cgroup/user/task/memory.stat", "anon 1000000000\ninactive_file 500000000\n");
  EXPECT_EQ(Find().bytes, 3.5e9);
  EXPECT_EQ(Find().bound, "the container's limit (/sys/fs/cgroup/user/task/memory.max)");
}

TEST_F(AvailableMemoryTest, IsWhatAGroupAboveLeaves) {
  Write("/sys/fs/cgroup/user/task/memory.max", "max\n");
  Write("/sys/fs/cgroup/user/task/memory.current", "2000000000\n");
  Write("/sys/fs/cgroup/user/memory.max", "4000000000\n");
  Write("/sys/fs/cgroup/user/memory.current", "3000000000\n");
  EXPECT_EQ(Find().bytes, 1e9);
  EXPECT_EQ(Find().bound, "the container's limit (/sys/fs/cgroup/user/memory.max)");
}

TEST_F(AvailableMemoryTest, ReadsTheFirstVersion) {
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "3000000000\n");  // Of the root: what a container sees.
  Write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1000000000\n");
  Write("/sys/fs/cgroup/memory/memory.stat", "total_inactive_file 250000000\n");
  EXPECT_EQ(Find().bytes, 2.25e9);
  EXPECT_EQ(Find().bound, "the container's limit (/sys/fs/cgroup/memory/memory.limit_in_bytes)");
}

TEST_F(AvailableMemoryTest, IsNeverLessThanNothing) {
  Write("/sys/fs/cgroup/memory.max", "1000\n");
  Write("/sys/fs/cgroup/memory.current", "2000\n");
  EXPECT_EQ(Find().bytes, 0);
}

TEST_F(AvailableMemoryTest, IsWhatTheLimitOfAddressSpaceLeaves) {
  Write("/proc/self/status", "VmPeak: 9 kB\nVmSize:    1000000 kB\n");
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  const rlimit limited = {rlim_t{5} << 30, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limited), 0);
  const AvailableMemory found = Find();
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(found.bytes, 5.0 * (1 << 30) - 1024e6);
  EXPECT_EQ(found.bound, "the limit of address space (ulimit -v)");
}

TEST(AvailableMemory, IsUnknownWhereTheSystemSaysNothing) { EXPECT_FALSE(FindAvailableMemory("/nowhere").has_value()); }

TEST(AvailableMemory, OfThisMachineIsThere) { EXPECT_GT(FindAvailableMemory()->bytes, 1e6); }

}  // namespace
}  // namespace retort
