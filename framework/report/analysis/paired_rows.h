#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_PAIRED_ROWS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_PAIRED_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// What a variant's scores in a column differ from the base's by.
struct PairedRows {
  // For each seed that both have, in the order of the variant's runs: one value per example, all rows of one length; or
  // one value, the difference of the means, where examples cannot be told apart in every row.
  std::vector<std::pair<uint64_t, std::vector<double>>> by_seed;
  Incomparable incomparable = Incomparable::kNo;  // Why there are no rows.
  std::vector<std::string> warnings;              // What could not be compared, or not example by example.
};

// Pairs the scores that the variant's runs have with those of the result's first variant. REQUIRES: `column` is
// measured. Pure function.
PairedRows PairRows(const SweepResult& result, const std::string& variant, const MetricColumn& column);

// "a, seed 1: cross-entropy could not be compared: ..."
std::string NotComparedWarning(const std::string& variant, std::optional<uint64_t> seed, const MetricColumn& column,
                               const absl::Status& status);

// The mean of a row's values. REQUIRES: it is not empty.
double MeanOf(const std::vector<double>& row);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_PAIRED_ROWS_H_
