#ifndef RETORT_FRAMEWORK_DATA_SAMPLING_DRAW_H_
#define RETORT_FRAMEWORK_DATA_SAMPLING_DRAW_H_

#include <cstdint>

#include "framework/base/philox.h"

namespace retort {

// What a random draw about data is for. The numbers decide all results: never change one.
enum class DrawPurpose : uint32_t {
  kSampleOrder = 1,   // where a sample stands in its epoch
  kStepOrder = 2,     // where a step stands in its epoch
  kMasking = 3,       // whether a position is masked, and by what
  kHeldOut = 4,       // which sequences an evaluation reads
  kPairLength = 5,    // how long a pair of texts is to be
  kPair = 6,          // what a pair of texts is in an epoch
  kAugmentation = 7,  // whether a word is replaced, and by what
};

// 128 random bits that follow from the arguments alone. 0 <= sample < 2^48, 0 <= epoch, position < 2^32.
inline PhiloxCounter Draw(uint64_t seed, DrawPurpose purpose, int64_t sample, int64_t epoch, int64_t position) {
  return Philox4x32(
      {static_cast<uint32_t>(sample), static_cast<uint32_t>(sample >> 32) | static_cast<uint32_t>(purpose) << 16,
       static_cast<uint32_t>(epoch), static_cast<uint32_t>(position)},
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

// The first 64 of the bits as a number: a key to sort by.
inline uint64_t SortKey(const PhiloxCounter& bits) { return uint64_t{bits[1]} << 32 | bits[0]; }

// The first 64 of the bits as a number in the middle of one of 2^53 parts of (0, 1).
inline double Uniform(const PhiloxCounter& bits) { return (static_cast<double>(SortKey(bits) >> 11) + 0.5) * 0x1p-53; }

// 32 bits as a number from 0 to range - 1. Uniform to range / 2^32.
inline uint32_t UniformBelow(uint32_t bits, uint32_t range) {
  return static_cast<uint32_t>(uint64_t{bits} * range >> 32);
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SAMPLING_DRAW_H_
