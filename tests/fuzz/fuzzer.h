#ifndef RETORT_TESTS_FUZZ_FUZZER_H_
#define RETORT_TESTS_FUZZ_FUZZER_H_

#include <cstddef>
#include <cstdint>

namespace retort::fuzz {

// What a fuzzer does with its input: reads it, CHECK-fails where a promise is broken, and says whether it was taken for
// sound. Each fuzzer defines this; libFuzzer and the replay test call it.
bool Accepts(const uint8_t* data, size_t size);

}  // namespace retort::fuzz

#endif  // RETORT_TESTS_FUZZ_FUZZER_H_
