#include "framework/base/side_by_side.h"

#include <atomic>

#include "ATen/Parallel.h"

namespace retort {

void SideBySide(int threads, size_t count, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next = 0;
  // Within a parallel part of several threads, nothing is divided among threads again; a range of one would be none.
  at::parallel_for(0, threads, /*grain_size=*/1, [&](int64_t, int64_t) {
    for (size_t i = next++; i < count; i = next++) work(i);
  });
}

}  // namespace retort
