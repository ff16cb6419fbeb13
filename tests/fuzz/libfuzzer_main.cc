// What libFuzzer calls.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  retort::fuzz::Accepts(data, size);
  return 0;
}
