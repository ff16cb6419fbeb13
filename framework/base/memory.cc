#include "framework/base/memory.h"

#include <malloc.h>

namespace retort {

void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // Never.
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_ARENA_MAX, 1);
}

void GiveBackFreedMemory() { malloc_trim(/*pad=*/0); }

}  // namespace retort
