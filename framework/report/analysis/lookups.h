#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_LOOKUPS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_LOOKUPS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/statistics/statistics.h"

// Where things stand in a SweepResult, and what is made of them. Pure functions; pointers are into what they are given.

namespace retort {

// The runs of a variant, in the order in which the result has them.
std::vector<const RunResult*> RunsOf(const SweepResult& result, const std::string& variant);

// The run of the variant with this seed, finished or not; null if there is none.
const RunResult* FindRun(const SweepResult& result, const std::string& variant, uint64_t seed);

// What was measured in any run, in the order in which tables have it: the primary metric first.
std::vector<MetricColumn> FindColumns(const SweepResult& result);

bool HasColumn(const Scores& scores, const MetricColumn& column);

// The run's scores that have the column; null if it was not measured.
const Scores* FindScores(const RunResult& run, const MetricColumn& column);

// Of a metric's values by seed; none without any.
std::optional<Summary> SummariseSeeds(const std::map<uint64_t, double>& by_seed);

// REQUIRES: HasColumn(scores, column).
const ExampleScores& ByExample(const Scores& scores, const MetricColumn& column);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_LOOKUPS_H_
