#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <glog/logging.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace retort {
namespace {

TEST(TorchLinkTest, ParallelForRunsOnSeveralThreads) {
  at::set_num_threads(2);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> entered = 0;
  at::parallel_for(0, 2, 1, [&](int64_t begin, int64_t end) {
    entered += static_cast<int>(end - begin);
    std::lock_guard<std::mutex> lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(entered, 2);
  EXPECT_EQ(threads.size(), 2u) << "at::parallel_for was compiled without -fopenmp";
}

TEST(TorchLinkTest, MultipliesMatricesByRowsInParallel) {
  at::set_num_threads(2);
  const at::Tensor left = at::full({64, 32}, 2.0);
  const at::Tensor right = at::ones({32, 48});
  at::Tensor product = at::full({64, 48}, -1.0);
  at::parallel_for(0, 64, 8, [&](int64_t begin, int64_t end) {
    product.slice(0, begin, end).copy_(at::mm(left.slice(0, begin, end), right));
  });
  EXPECT_TRUE(product.equal(at::full({64, 48}, 64.0)));
}

TEST(TorchLinkTest, LoggingIsGlog) {
  EXPECT_DEATH(LOG(FATAL) << "from glog", "torch_link_test.cc:[0-9]+\\] from glog");
}

}  // namespace
}  // namespace retort
