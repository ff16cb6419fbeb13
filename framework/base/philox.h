#ifndef RETORT_FRAMEWORK_BASE_PHILOX_H_
#define RETORT_FRAMEWORK_BASE_PHILOX_H_

#include <array>
#include <cstdint>

namespace retort {

// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11): a bijection of 128-bit
// counters for each 64-bit key whose outputs pass as random bits. All of retort's randomness is this function of what a
// draw is for (seed, purpose, epoch, sample, position, ...), so that no draw depends on earlier ones.
using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

constexpr PhiloxCounter Philox4x32(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PHILOX_H_
