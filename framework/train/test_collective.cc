#include "framework/train/test_collective.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"

namespace retort::testing {
namespace {

// What the ranks share: a place for each, and a barrier that can be passed again and again.
class Meeting {
 public:
  explicit Meeting(int size) : tensors(size), opinions(size), size_(size) {}

  // Returns when all ranks have come here as often as this one.
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    const int64_t wanted = (arrived_++ / size_ + 1) * size_;
    if (arrived_ == wanted) all_here_.notify_all();
    all_here_.wait(lock, [&] { return arrived_ >= wanted; });
  }

  std::vector<at::Tensor> tensors;
  std::vector<char> opinions;

 private:
  const int size_;
  std::mutex mutex_;
  std::condition_variable all_here_;
  int64_t arrived_ = 0;
};

class ThreadRank final : public Collective {
 public:
  ThreadRank(int rank, int size, Meeting* meeting) : rank_(rank), size_(size), meeting_(meeting) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void Sum(at::Tensor* tensor) override {
    at::NoGradGuard no_grad;
    meeting_->tensors[rank_] = *tensor;
    meeting_->Wait();
    at::Tensor sum = meeting_->tensors[0].clone();
    for (int rank = 1; rank < size_; ++rank) sum += meeting_->tensors[rank];
    meeting_->Wait();
    tensor->copy_(sum);
  }

  bool Agree(bool mine) override {
    meeting_->opinions[rank_] = mine;
    meeting_->Wait();
    const bool any =
        std::any_of(meeting_->opinions.begin(), meeting_->opinions.end(), [](char opinion) { return opinion; });
    meeting_->Wait();
    return any;
  }

 private:
  const int rank_, size_;
  Meeting* const meeting_;
};

}  // namespace

void RunRanks(int size, const std::function<void(Collective*)>& rank_main) {
  Meeting meeting(size);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadRank collective(rank, size, &meeting);
      rank_main(&collective);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace retort::testing
