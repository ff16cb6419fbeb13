#ifndef RETORT_TOOLS_BENCH_REPORT_H_
#define RETORT_TOOLS_BENCH_REPORT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/bench/measure/measurement.h"

// The table of all that was measured. Pure functions.

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

struct BenchReport {
  std::vector<std::pair<std::string, std::string>> conditions;  // {"processor", "AMD EPYC"}, in order.
  std::vector<BenchRow> rows;
};

// The first bytes of what the next functions give.
inline constexpr char kBenchTsvBeginning[] = "# retort bench";
inline constexpr char kBenchHtmlBeginning[] = "<!DOCTYPE html>\n<!-- retort bench -->";

// A line "# <name>: <value>" for each condition, then the table, tab-separated, with a header: workload, precision,
// device, students; tokens_per_second, step_seconds, gflops, peak_gflops, share and memory_bytes, of which .median,
// .least and .greatest over the rounds; phase.<name>.median in seconds of a step; cohort.ratio, how many times as long
// the same students take one by one, where that was measured as well; skipped, why there are no numbers. What is not
// known is an empty field.
std::string RenderBenchTsv(const BenchReport& report);

// The same for a terminal of `width` columns, with phases as shares of a step, and for a browser with bars of them.
std::string RenderBenchText(const BenchReport& report, int width);
std::string RenderBenchHtml(const BenchReport& report);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_REPORT_H_
