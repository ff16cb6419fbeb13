#ifndef RETORT_TOOLS_BENCH_MEASURE_MEMORY_USE_H_
#define RETORT_TOOLS_BENCH_MEASURE_MEMORY_USE_H_

#include "c10/core/Device.h"

namespace retort::bench {

// The most bytes that were in use since the process began: its resident pages, or on a GPU those of tensors there.
// Thread-safe.
double MostMemory(c10::Device device);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_MEMORY_USE_H_
