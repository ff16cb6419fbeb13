#ifndef RETORT_FRAMEWORK_OPS_CONVERT_ROW_CONVERT_ROW_H_
#define RETORT_FRAMEWORK_OPS_CONVERT_ROW_CONVERT_ROW_H_

#include <cstdint>

#include "c10/util/BFloat16.h"

namespace retort::ops {

// Copies n numbers into another type, for kernels that compute rows of bfloat16 in float32. Bits are those of
// c10::BFloat16's conversions: to bfloat16 it is rounded to nearest, ties to even, and NaN stays NaN. Thread-safe.
void ConvertRow(const c10::BFloat16* from, int64_t n, float* to);
void ConvertRow(const float* from, int64_t n, c10::BFloat16* to);

template <typename From, typename To>
void ConvertRow(const From* from, int64_t n, To* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_CONVERT_ROW_CONVERT_ROW_H_
