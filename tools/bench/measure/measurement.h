#ifndef RETORT_TOOLS_BENCH_MEASURE_MEASUREMENT_H_
#define RETORT_TOOLS_BENCH_MEASURE_MEASUREMENT_H_

#include <map>
#include <string>

namespace retort::bench {

// What one turn of a workload gave, by name: the names below, and those of framework/train/phases with the seconds of a
// step that the phase takes. What is not there was not measured.
using Measurement = std::map<std::string, double>;

// Real positions of the data's pass per second: a cohort's count once, for all of its students.
inline constexpr char kTokensPerSecond[] = "tokens_per_second";
inline constexpr char kStepSeconds[] = "step_seconds";
// Of the matrix products of a step, as CountStepFlops counts them.
inline constexpr char kGflops[] = "gflops";
// Of the same products alone, each at its own best speed in the same minutes; the speed of light of such a step.
inline constexpr char kPeakGflops[] = "peak_gflops";
// kGflops / kPeakGflops.
inline constexpr char kShare[] = "share";
// The most memory that the process had: resident pages, or on a GPU what tensors took there.
inline constexpr char kMemoryBytes[] = "memory_bytes";
// Seconds of a step beside its phases.
inline constexpr char kRest[] = "rest";

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_MEASUREMENT_H_
