#include "framework/testing/block/thread_block.h"

#include <thread>

#include "glog/logging.h"

namespace retort::testing {

void Meeting::Begin(int thread) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return HasTurn(thread); });
}

void Meeting::Meet(int thread) {
  std::unique_lock<std::mutex> lock(mutex_);
  CHECK_EQ(ended_, 0) << "a thread of the block has ended that meets the others less often";
  if (turns_ != Turns::kAtOnce) {
    PassTurn();
    changed_.wait(lock, [&] { return HasTurn(thread); });
    return;
  }
  const int64_t round = round_;
  if (++arrived_ == threads_) {
    arrived_ = 0;
    ++round_;
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return round_ != round || ended_ > 0; });
  CHECK_NE(round_, round) << "a thread of the block has ended that meets the others less often";
}

void Meeting::End() {
  std::unique_lock<std::mutex> lock(mutex_);
  ++ended_;
  PassTurn();
}

void Meeting::PassTurn() {
  if (++turn_ == threads_) {
    turn_ = 0;
    if (turns_ != Turns::kAtOnce) {
      CHECK(ended_ == 0 || ended_ == threads_) << "a thread of the block has ended that meets the others less often";
    }
  }
  changed_.notify_all();
}

bool Meeting::HasTurn(int thread) const {
  switch (turns_) {
    case Turns::kFirstToLast:
      return turn_ == thread;
    case Turns::kLastToFirst:
      return turn_ == threads_ - 1 - thread;
    case Turns::kAtOnce:
      return true;
  }
  return true;
}

std::ostream& operator<<(std::ostream& out, const BlockShape& shape) {
  constexpr const char* kTurns[] = {"from the first to the last", "from the last to the first", "at once"};
  return out << shape.threads << " threads " << kTurns[static_cast<int>(shape.turns)];
}

std::vector<BlockShape> BlockShapes() {
  std::vector<BlockShape> shapes;
  for (int threads : {1, 2, 7}) {
    for (Turns turns : {Turns::kFirstToLast, Turns::kLastToFirst, Turns::kAtOnce}) shapes.push_back({threads, turns});
  }
  return shapes;
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
