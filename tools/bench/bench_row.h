#ifndef RETORT_TOOLS_BENCH_BENCH_ROW_H_
#define RETORT_TOOLS_BENCH_BENCH_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/measure/measurement.h"

namespace retort::bench {

// A workload in one precision.
struct BenchRow {
  std::string workload;   // "base"
  std::string what;       // What that is, for readers.
  std::string precision;  // "float32", "bfloat16"; empty: none is used.
  std::string device;     // "cpu", "cuda"
  int64_t students = 1;
  std::string single;               // The workload that trains one of the students alone; empty: this is no cohort.
  std::vector<Measurement> rounds;  // Empty: it was not measured, ...
  std::string skipped;              // ... for this reason.
};

// Of a number's values in all rounds.
struct Spread {
  double median = 0, least = 0, greatest = 0;
};

// Of what measurement.h calls `name`; none if no round has it.
std::optional<Spread> SpreadOf(const BenchRow& row, const std::string& name);

// The row that trains one of the cohort's students alone, the same way; null if that is not among `rows`.
const BenchRow* SingleOf(const BenchRow& cohort, const std::vector<BenchRow>& rows);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_BENCH_ROW_H_
