#ifndef RETORT_TOOLS_BENCH_REPORT_H_
#define RETORT_TOOLS_BENCH_REPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "tools/bench/bench_row.h"

// The table of all that was measured. Pure functions.

namespace retort::bench {

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

// The same for a terminal of `width` columns, with phases as shares of a step, and for a browser with bars of them and
// plots of cohorts (cohort_plots.h).
std::string RenderBenchText(const BenchReport& report, int width);
std::string RenderBenchHtml(const BenchReport& report);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_REPORT_H_
