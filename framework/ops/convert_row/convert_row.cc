#include "framework/ops/convert_row/convert_row.h"

#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {

RETORT_MULTIVERSION void ConvertRow(const c10::BFloat16* __restrict from, int64_t n, float* __restrict to) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[i];
}

RETORT_MULTIVERSION void ConvertRow(const float* __restrict from, int64_t n, c10::BFloat16* __restrict to) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[i];
}

}  // namespace retort::ops
