#include "framework/testing/block/thread_block.h"

#include <thread>

#include "glog/logging.h"

namespace retort::testing {
namespace {

constexpr const char* kLonely = "a thread of the block has ended that meets the others less often";

}  // namespace

void Meeting::Begin(int thread) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (turns_ != Turns::kAtOnce) AwaitTurn(thread, &lock);
}

void Meeting::Meet(int thread) {
  std::unique_lock<std::mutex> lock(mutex_);
  CHECK_EQ(ended_, 0) << kLonely;
  if (turns_ == Turns::kAtOnce) return MeetAtOnce(thread, &lock);
  PassTurn();
  AwaitTurn(thread, &lock);
}

void Meeting::End() {
  std::unique_lock<std::mutex> lock(mutex_);
  ++ended_;
  if (turns_ != Turns::kAtOnce) return PassTurn();
  for (std::condition_variable& changed : changed_) changed.notify_one();
}

void Meeting::MeetAtOnce(int thread, std::unique_lock<std::mutex>* lock) {
  const int64_t round = round_;
  if (++arrived_ == threads_) {
    arrived_ = 0;
    ++round_;
    for (std::condition_variable& changed : changed_) changed.notify_one();
  }
  changed_[thread].wait(*lock, [&] { return round_ != round || ended_ > 0; });
  CHECK_NE(round_, round) << kLonely;
}

void Meeting::PassTurn() {
  if (++turn_ == threads_) {
    turn_ = 0;
    CHECK(ended_ == 0 || ended_ == threads_) << kLonely;
  }
  changed_[ThreadOf(turn_)].notify_one();
}

void Meeting::AwaitTurn(int thread, std::unique_lock<std::mutex>* lock) {
  changed_[thread].wait(*lock, [&] { return ThreadOf(turn_) == thread; });
}

std::ostream& operator<<(std::ostream& out, const BlockShape& shape) {
  constexpr const char* kTurns[] = {"from the first to the last", "from the last to the first", "at once"};
  return out << shape.threads << " threads " << kTurns[static_cast<int>(shape.turns)];
}

std::vector<BlockShape> BlockShapes() {
  return {{1, Turns::kAtOnce},
          {2, Turns::kFirstToLast},
          {3, Turns::kAtOnce},
          {7, Turns::kFirstToLast},
          {7, Turns::kLastToFirst}};
}

void RunRows(const BlockShape& shape, int64_t rows, const std::function<void(const ThreadBlock&, int64_t)>& body) {
  Meeting meeting(shape.threads, shape.turns);
  std::vector<std::thread> threads;
  for (int i = 0; i < shape.threads; ++i) {
    threads.emplace_back([&meeting, &body, rows, i] {
      const ThreadBlock block(i, &meeting);
      meeting.Begin(i);
      for (int64_t row = 0; row < rows; ++row) {
        body(block, row);
        block.Sync();
      }
      meeting.End();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace retort::testing
