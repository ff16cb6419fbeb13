#ifndef RETORT_FRAMEWORK_TESTING_BLOCK_THREAD_BLOCK_H_
#define RETORT_FRAMEWORK_TESTING_BLOCK_THREAD_BLOCK_H_

#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <ostream>
#include <vector>

namespace retort::testing {

// How the threads of a block run between two points where all of them meet, which Sum, Max and Sync are.
enum class Turns {
  kFirstToLast,  // One after the other.
  kLastToFirst,  // One after the other from the last: what lacks a Sync reads too early in one of the two, each time.
  kAtOnce,       // Side by side: what lacks a Sync is a data race that ThreadSanitizer sees.
};

// Where the threads of a block meet. CHECK fails if they do not meet equally often.
class Meeting {
 public:
  Meeting(int threads, Turns turns) : threads_(threads), turns_(turns), values_(2 * threads), changed_(threads) {}

  // What a thread calls before all else, between its parts, and at last.
  void Begin(int thread);
  void Meet(int thread);
  void End();

  int threads() const { return threads_; }

  // One place per thread, in two sets that reductions take in turns: who writes one set knows the other to be read.
  double* values(int set) { return values_.data() + set * threads_; }

 private:
  void MeetAtOnce(int thread, std::unique_lock<std::mutex>* lock);
  void PassTurn();
  void AwaitTurn(int thread, std::unique_lock<std::mutex>* lock);
  int ThreadOf(int turn) const { return turns_ == Turns::kLastToFirst ? threads_ - 1 - turn : turn; }

  const int threads_;
  const Turns turns_;
  std::vector<double> values_;
  std::mutex mutex_;
  std::vector<std::condition_variable> changed_;  // One per thread: each is woken alone.
  int arrived_ = 0, ended_ = 0, turn_ = 0;
  int64_t round_ = 0;
};

// A Block (framework/ops/block/block.h) of threads of the host, which adds up in the order of threads.
class ThreadBlock {
 public:
  ThreadBlock(int thread, Meeting* meeting) : thread_(thread), meeting_(meeting) {}

  int thread() const { return thread_; }
  int threads() const { return meeting_->threads(); }
  template <typename F>
  F Sum(F value) const {
    return Reduce(value, [](F a, F b) { return a + b; });
  }
  template <typename F>
  F Max(F value) const {
    return Reduce(value, [](F a, F b) { return std::fmax(a, b); });
  }
  void Sync() const { meeting_->Meet(thread_); }

 private:
  template <typename F, typename Join>
  F Reduce(F value, Join join) const {
    set_ = 1 - set_;
    double* const values = meeting_->values(set_);
    values[thread_] = value;
    Sync();
    F all = static_cast<F>(values[0]);
    for (int i = 1; i < threads(); ++i) all = join(all, static_cast<F>(values[i]));
    return all;
  }

  int thread_;
  Meeting* meeting_;
  mutable int set_ = 0;
};

struct BlockShape {
  int threads;
  Turns turns;
};
std::ostream& operator<<(std::ostream& out, const BlockShape& shape);

// 1, 2, 3 and 7 threads, with each kind of turns.
std::vector<BlockShape> BlockShapes();

// Calls body(block, row) for each row from 0 on in all threads of a block, which meet after each.
void RunRows(const BlockShape& shape, int64_t rows, const std::function<void(const ThreadBlock&, int64_t)>& body);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_BLOCK_THREAD_BLOCK_H_
