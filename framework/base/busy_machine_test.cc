#include "framework/base/busy_machine.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>
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

TEST_F(BusyMachineTest, TheTaskThatAsksIsNoOther) { EXPECT_FALSE(IsBusyWith("9.00 9.00 9.00 1/146 4855\n")); }

// Of threads that this program has itself, two that compute; the name of one looks like the state of a task.
TEST_F(BusyMachineTest, OwnTasksAreNoOthers) {
  const auto add = [&](const std::string& task, const std::string& stat) {
    EXPECT_TRUE(MakeDirectories(folder_->path() + "/proc/self/task/" + task).ok());
    EXPECT_TRUE(AtomicWriteFile(folder_->path() + "/proc/self/task/" + task + "/stat", stat).ok());
  };
  add("10", "10 (sweep) R 1 1\n");
  add("11", "11 (a) S b) R 1 1\n");
  add("12", "12 (a) R b) S 1 1\n");
  const long processors = ::sysconf(_SC_NPROCESSORS_ONLN), others = processors - UsableProcessors();
  EXPECT_FALSE(IsBusyWith("0.00 0.00 0.00 " + std::to_string(others + 2) + "/146 4855\n"));
  EXPECT_TRUE(IsBusyWith("0.00 0.00 0.00 " + std::to_string(others + 3) + "/146 4855\n"));
}

TEST_F(BusyMachineTest, ManyTasksMakeItBusyWhateverItsProcessors) {
  EXPECT_TRUE(IsBusyWith("0.00 0.00 0.00 100000/100001 4855\n"));
}

TEST_F(BusyMachineTest, WhatIsNotKnownIsNotBusy) {
  EXPECT_FALSE(IsMachineBusy(folder_->path()));
  EXPECT_FALSE(IsBusyWith("no numbers"));
}

// Threads of this program that compute are its own; copies of it are others.
TEST_F(BusyMachineTest, SeesThoseThatRun) {
  const long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  std::vector<pid_t> others;
  for (long i = 0; i < processors; ++i) {
    const pid_t other = ::fork();
    if (other == 0) {
      while (true) continue;
    }
    others.push_back(other);
  }
  EXPECT_TRUE(IsMachineBusy());
  for (const pid_t other : others) {
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
  }
}

}  // namespace
}  // namespace retort
