#ifndef RETORT_FRAMEWORK_OPS_VECTOR_MATH_VECTOR_MATH_H_
#define RETORT_FRAMEWORK_OPS_VECTOR_MATH_VECTOR_MATH_H_

#include <cmath>
#include <cstdint>
#include <cstring>

// Loops that the compiler turns into vector instructions. A kernel is an always-inline function of plain arrays;
// RETORT_MULTIVERSION on the function that calls it compiles it for each instruction set, and the program picks one
// when it starts.

#define RETORT_INLINE inline __attribute__((always_inline))
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define RETORT_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RETORT_MULTIVERSION
#endif

namespace retort::ops {

// Independent partial results of a reduction: wide enough for two vectors of any instruction set, and a fixed number so
// that results do not depend on it.
inline constexpr int kLanes = 32;

// e^x within 2 units in the last place for x <= 88; 0 below -87.3; +infinity or a huge number beyond; NaN for NaN.
//
// With n = round(x / ln 2) and r = x - n ln 2, e^x = 2^n e^r, and e^r is its Taylor polynomial of degree 7 on
// |r| <= ln 2 / 2, whose remainder is below 6e-9.
RETORT_INLINE float Exp(float x) {
  constexpr float kInverseLn2 = 1.44269504088896341f;
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  constexpr float kLowest = -87.3f;
  constexpr float kHighest = 88.0f;
  const float most = x < kHighest ? x : kHighest;
  const float clamped = most > kLowest ? most : kLowest;  // A number even for NaN, which has no n; r carries it on.
  const float n = std::floor(clamped * kInverseLn2 + 0.5f);
  const float r = x - n * kLn2High - n * kLn2Low;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof(power));
  return x < kLowest ? 0.0f : p * power;
}

RETORT_INLINE double Exp(double x) { return std::exp(x); }

// Largest of n >= 1 values; NaN is passed over.
template <typename F>
RETORT_INLINE F Max(const F* values, int64_t n) {
  F lanes[kLanes];
  for (int l = 0; l < kLanes; ++l) lanes[l] = values[0];
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lanes[l] = values[i + l] > lanes[l] ? values[i + l] : lanes[l];
  }
  F largest = values[0];
  for (; i < n; ++i) largest = values[i] > largest ? values[i] : largest;
  for (int l = 0; l < kLanes; ++l) largest = lanes[l] > largest ? lanes[l] : largest;
  return largest;
}

// Σ of what `term(i)` gives for i < n, in lanes of F and then in double.
template <typename F, typename Term>
RETORT_INLINE double Sum(int64_t n, Term term) {
  F lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lanes[l] += term(i + l);
  }
  double sum = 0;
  for (; i < n; ++i) sum += term(i);
  for (int l = 0; l < kLanes; ++l) sum += lanes[l];
  return sum;
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_VECTOR_MATH_VECTOR_MATH_H_
