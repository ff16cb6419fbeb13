#include "framework/report/analysis/paired_rows.h"

#include <algorithm>
#include <numeric>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/report/analysis/lookups.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

Incomparable CompareConditions(const Scores& a, const Scores& b, const MetricColumn& column) {
  if (a.examples != b.examples) return Incomparable::kExamples;
  if (column.metric.beside_teacher && a.teacher != b.teacher) return Incomparable::kTeacher;
  return Incomparable::kNo;
}

// Example by example, or the difference of the means where one of the two is one value for all examples.
absl::StatusOr<std::vector<double>> Subtract(const ExampleScores& variant, const ExampleScores& base) {
  RETORT_ASSIGN_OR_RETURN(std::vector<double> row, LinearisedValues(variant));
  RETORT_ASSIGN_OR_RETURN(const std::vector<double> from, LinearisedValues(base));
  if (row.size() == 1 || from.size() == 1) return std::vector<double>{MeanOf(row) - MeanOf(from)};
  if (row.size() != from.size()) {
    return absl::InvalidArgumentError(absl::StrCat("want the base's ", from.size(), " examples, got ", row.size()));
  }
  for (size_t e = 0; e < row.size(); ++e) row[e] -= from[e];
  return row;
}

// Where examples cannot be told apart in every row, one value for each seed is left: the difference of the means.
// `whole`: the runs whose score is one value for all examples.
void KeepMeansIfNotByExample(const std::string& variant, const MetricColumn& column,
                             const std::vector<std::string>& whole, PairedRows* rows) {
  const auto as_the_first = [&](const auto& row) { return row.second.size() == rows->by_seed.front().second.size(); };
  if (whole.empty() && std::all_of(rows->by_seed.begin(), rows->by_seed.end(), as_the_first)) return;
  for (auto& [seed, row] : rows->by_seed) row = {MeanOf(row)};
  const std::string& example = column.metric.example;
  rows->warnings.push_back(absl::StrCat(
      variant, ": ", column.title, " is compared without an interval over ", example, "s: ",
      whole.empty() ? absl::StrCat("seeds have different numbers of ", example, "s")
                    : absl::StrCat("there is one value for all of them together (", absl::StrJoin(whole, "; "), ")"),
      "."));
}

}  // namespace

PairedRows PairRows(const SweepResult& result, const std::string& variant, const MetricColumn& column) {
  const std::string& base_name = result.variants.front().name;
  PairedRows rows;
  std::vector<std::string> whole;
  for (const RunResult* run : RunsOf(result, variant)) {
    const RunResult* base = FindRun(result, base_name, run->seed);
    if (base == nullptr) continue;
    const Scores* ours = FindScores(*run, column);
    const Scores* theirs = FindScores(*base, column);
    if (ours == nullptr || theirs == nullptr) continue;
    rows.incomparable = CompareConditions(*ours, *theirs, column);
    if (rows.incomparable != Incomparable::kNo) return {{}, rows.incomparable, rows.warnings};
    absl::StatusOr<std::vector<double>> row = Subtract(ByExample(*ours, column), ByExample(*theirs, column));
    if (!row.ok()) {
      rows.warnings.push_back(NotComparedWarning(variant, run->seed, column, row.status()));
      continue;
    }
    rows.by_seed.emplace_back(run->seed, *std::move(row));
    for (const auto& [name, scores] : {std::pair(base_name, theirs), std::pair(variant, ours)}) {
      if (ByExample(*scores, column).sum.size() == 1) whole.push_back(absl::StrCat(name, ", seed ", run->seed));
    }
  }
  if (!rows.by_seed.empty()) KeepMeansIfNotByExample(variant, column, whole, &rows);
  return rows;
}

std::string NotComparedWarning(const std::string& variant, std::optional<uint64_t> seed, const MetricColumn& column,
                               const absl::Status& status) {
  return absl::StrCat(variant, seed ? absl::StrCat(", seed ", *seed) : std::string(), ": ", column.title,
                      " could not be compared: ", status.message());
}

double MeanOf(const std::vector<double>& row) {
  return std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
}

}  // namespace retort
