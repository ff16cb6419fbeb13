#include "framework/base/memory.h"

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "c10/core/Allocator.h"
#include "c10/core/CPUAllocator.h"
#include "c10/util/Exception.h"
#include "framework/base/kept_blocks.h"

namespace retort {
namespace {

constexpr size_t kLarge = 128 << 10;  // Bytes from which on memory is taken in blocks.

// Before the values of a tensor, which are aligned as libtorch aligns them.
struct alignas(64) Header {
  size_t block_size;  // 0: it is from the C library.
};

KeptBlocks* Blocks() {
  static auto* const blocks = new KeptBlocks;
  return blocks;
}

class TensorAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* values = bytes == 0 ? nullptr : Take(bytes);
    return {values, values, &Return, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &Return; }

  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  static void* Take(size_t bytes) {
    const size_t whole = bytes + sizeof(Header);
    size_t block_size = 0;
    void* memory = nullptr;
    if (whole >= kLarge) {
      memory = Blocks()->Take(whole, &block_size);
    } else if (::posix_memalign(&memory, alignof(Header), whole) != 0) {
      memory = nullptr;
    }
    TORCH_CHECK(memory != nullptr, "cannot allocate memory: ", bytes, " bytes");
    return new (memory) Header{block_size} + 1;
  }

  static void Return(void* values) {
    if (values == nullptr) return;
    Header* header = static_cast<Header*>(values) - 1;
    if (header->block_size == 0) return std::free(header);
    Blocks()->Return(header, header->block_size);
  }
};

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // Never.
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_ARENA_MAX, 1);
  c10::SetCPUAllocator(new TensorAllocator);
}

void GiveBackFreedMemory() {
  Blocks()->GiveBack();
  malloc_trim(/*pad=*/0);
}

}  // namespace retort
