#include "framework/base/side_by_side.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "ATen/Parallel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

// How many threads a parallel part of the caller has.
int Threads() {
  std::atomic<int> threads = 0;
  at::parallel_for(0, 2, 1, [&](int64_t, int64_t) { ++threads; });
  return threads;
}

TEST(SideBySide, CallsEachOnceInOrderOnTheCallersThreadIfOneIsWanted) {
  at::set_num_threads(2);
  std::vector<size_t> called;
  SideBySide(1, 5, [&](size_t i) {
    called.push_back(i);
    EXPECT_EQ(Threads(), 2);
  });
  EXPECT_THAT(called, ::testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(SideBySide, RunsAsManyAtATimeAsAreWanted) {
  at::set_num_threads(2);
  std::atomic<int> here = 0;
  SideBySide(2, 2, [&](size_t) {
    ++here;
    while (here < 2) std::this_thread::yield();  // For ever, if one followed the other.
  });
  EXPECT_EQ(here, 2);
}

TEST(SideBySide, GivesEachOneThreadEvenIfThereIsOneAlone) {
  at::set_num_threads(2);
  for (const size_t count : {size_t{1}, size_t{3}}) {
    std::atomic<size_t> calls = 0;
    SideBySide(2, count, [&](size_t) {
      ++calls;
      EXPECT_EQ(Threads(), 1);
    });
    EXPECT_EQ(calls, count);
  }
}

TEST(SideBySide, ThrowsWhatOneThrows) {
  at::set_num_threads(2);
  EXPECT_THROW(SideBySide(2, 4,
                          [](size_t i) {
                            if (i == 2) throw std::runtime_error("two");
                          }),
               std::runtime_error);
}

}  // namespace
}  // namespace retort
