#ifndef RETORT_FRAMEWORK_BASE_KEPT_BLOCKS_H_
#define RETORT_FRAMEWORK_BASE_KEPT_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace retort {

// Large blocks of memory that are kept when they are returned, for whoever takes one of about their size next. Sizes
// are rounded up to eight steps per doubling, and a block may serve for half its size. A heap, which cuts blocks
// into pieces instead, grows with every step of a training whose batches differ in size; here all blocks together never
// take more than a quarter above what was in use at once. Thread-safe.
class KeptBlocks {
 public:
  KeptBlocks() = default;
  ~KeptBlocks() { GiveBack(); }  // REQUIRES: no block is in use.
  KeptBlocks(const KeptBlocks&) = delete;
  KeptBlocks& operator=(const KeptBlocks&) = delete;

  // Whole pages, of which at least so many bytes may be used; null if the system has none. `size`: to return it with.
  void* Take(size_t bytes, size_t* size);
  void Return(void* block, size_t size);

  // Gives the blocks that nobody uses back to the system.
  void GiveBack();

  // Of all blocks, in use or kept.
  size_t bytes();

 private:
  struct Kept {
    void* block;
    uint64_t returned;  // Grows from one return to the next.
  };

  // Each wants the mutex.
  void* TakeKept(size_t least, size_t* size);
  void NoteInUse(size_t size);
  void GiveBackUntil(size_t kept_bytes);

  std::mutex mutex_;
  std::multimap<size_t, Kept> kept_;  // By their size.
  uint64_t returns_ = 0;
  size_t kept_bytes_ = 0;
  size_t in_use_ = 0;       // Bytes of blocks that were taken and not returned.
  size_t most_in_use_ = 0;  // Since all was given back.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_KEPT_BLOCKS_H_
