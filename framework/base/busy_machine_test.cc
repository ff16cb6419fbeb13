#include "framework/base/busy_machine.h"

#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "framework/base/file.h"
#include "framework/base/temporary_folder.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

class BusyMachineTest : public ::testing::Test {
 protected:
  bool IsBusyWith(const std::string& load) {
    EXPECT_TRUE(MakeDirectories(folder_->path() + "/proc").ok());
    EXPECT_TRUE(AtomicWriteFile(folder_->path() + "/proc/loadavg", load).ok());
    return IsMachineBusy(folder_->path());
  }

  const std::unique_ptr<TemporaryFolder> folder_ = TemporaryFolder::Create().value();
};

void RunUntil(const std::atomic<bool>& end) {
  while (!end) continue;
}

TEST_F(BusyMachineTest, TheTaskThatAsksIsNoOther) { EXPECT_FALSE(IsBusyWith("9.00 9.00 9.00 1/146 4855\n")); }

TEST_F(BusyMachineTest, ManyTasksMakeItBusyWhateverItsProcessors) {
  EXPECT_TRUE(IsBusyWith("0.00 0.00 0.00 100000/100001 4855\n"));
}

TEST_F(BusyMachineTest, WhatIsNotKnownIsNotBusy) {
  EXPECT_FALSE(IsMachineBusy(folder_->path()));
  EXPECT_FALSE(IsBusyWith("no numbers"));
}

TEST_F(BusyMachineTest, SeesThoseThatRun) {
  std::atomic<bool> end = false;
  std::vector<std::thread> others;
  for (long i = 0; i < ::sysconf(_SC_NPROCESSORS_ONLN); ++i) others.emplace_back(RunUntil, std::cref(end));
  EXPECT_TRUE(IsMachineBusy());
  end = true;
  for (std::thread& other : others) other.join();
}

}  // namespace
}  // namespace retort
