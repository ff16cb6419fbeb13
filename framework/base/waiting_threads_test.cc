#include "framework/base/waiting_threads.h"

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "framework/base/busy_machine.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

int64_t ThreadsOfThisProgram() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

// That waits are then short is measured in tools/bench/README.md.
TEST(ShortWaits, HoldMoreThreadsThanProcessorsAsLongAsTheyLive) {
  const int64_t before = ThreadsOfThisProgram();
  std::optional<ShortWaits> short_waits(std::in_place);
  EXPECT_GT(ThreadsOfThisProgram() - before, UsableProcessors());
  short_waits.reset();
  while (ThreadsOfThisProgram() > before) std::this_thread::yield();  // They end by themselves.
  short_waits.emplace();
  EXPECT_GT(ThreadsOfThisProgram() - before, UsableProcessors());
}

}  // namespace
}  // namespace retort
