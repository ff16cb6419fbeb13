#include "framework/report/files/result_note.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

bool HasSpread(const VariantAnalysis& variant) {
  return std::any_of(variant.metrics.begin(), variant.metrics.end(),
                     [](const VariantMetric& metric) { return metric.summary && metric.summary->seeds > 1; });
}

// What the intervals of the table are over, and which of them are not over all of that.
struct Coverage {
  std::vector<std::string> examples_only, seeds_only;  // "v", "v's Spearman"
  bool any_of_both = false;
};

Coverage CoverageOf(const Analysis& analysis) {
  Coverage coverage;
  for (const VariantAnalysis& variant : analysis.variants) {
    bool examples_only = false;
    for (size_t m = 0; m < variant.metrics.size(); ++m) {
      const std::optional<PairedDifference>& difference = variant.metrics[m].difference;
      if (!difference.has_value() || !difference->low.has_value()) continue;
      examples_only |= difference->examples_only();
      coverage.any_of_both |= !difference->examples_only() && !difference->seeds_only();
      if (!difference->seeds_only()) continue;
      coverage.seeds_only.push_back(absl::StrCat(variant.name, "’s ", analysis.columns[m].title));
    }
    if (examples_only) coverage.examples_only.push_back(variant.name);
  }
  return coverage;
}

// "over seeds and held-out examples", "over held-out examples" where there is one seed; where that differs, for which.
std::string DescribeCoverage(const Analysis& analysis, bool spread) {
  const Coverage coverage = CoverageOf(analysis);
  const bool one_seed = coverage.examples_only.empty() ? !spread : coverage.seeds_only.empty();
  if (!coverage.any_of_both && one_seed) return "over held-out examples";
  std::vector<std::string> less;
  if (!coverage.examples_only.empty()) {
    less.push_back(absl::StrCat("over held-out examples only for ", List(coverage.examples_only), ", of one seed"));
  }
  if (!coverage.seeds_only.empty()) {
    less.push_back(absl::StrCat("over seeds only for ", List(coverage.seeds_only)));
  }
  return absl::StrCat("over seeds and held-out examples",
                      less.empty() ? "" : absl::StrCat(" (", absl::StrJoin(less, "; "), ")"));
}

// " macro: mean over tasks of rt/m/accuracy, cola/m/accuracy." for each average.
std::string DescribeAverages(const Analysis& analysis) {
  std::string text;
  for (const MetricColumn& column : analysis.columns) {
    if (column.average_of.empty()) continue;
    absl::StrAppend(&text, " ", column.title, ": mean over tasks of ", absl::StrJoin(column.average_of, ", "), ".");
  }
  return text;
}

// "Mean ± standard deviation over 3 seeds", without their number where variants differ in it.
std::string SpreadOver(const std::optional<int>& seeds) {
  return absl::StrCat("Mean ± standard deviation over ", seeds ? absl::StrCat(*seeds, " ") : "", "seeds");
}

// " Teacher: mean ± standard deviation over the seeds of its training." of those that were trained with several.
std::string DescribeTeachers(const Analysis& analysis) {
  std::vector<std::string> trained;
  for (const TeacherAnalysis& teacher : analysis.teachers) {
    const auto has_seeds = [](const TeacherMetric& metric) { return metric.by_seed.size() > 1; };
    if (std::any_of(teacher.metrics.begin(), teacher.metrics.end(), has_seeds)) trained.push_back(teacher.name);
  }
  if (trained.empty()) return "";
  return absl::StrCat(" ", List(trained), ": mean ± standard deviation over the seeds of ",
                      trained.size() == 1 ? "its" : "their", " training.");
}

}  // namespace

std::optional<int> CommonSeeds(const Analysis& analysis) {
  const int seeds = analysis.variants.front().finished_runs;
  const auto has_them = [seeds](const VariantAnalysis& variant) {
    return variant.finished_runs == seeds && variant.failures.empty();
  };
  const bool common = std::all_of(analysis.variants.begin(), analysis.variants.end(), has_them);
  return common ? std::make_optional(seeds) : std::nullopt;
}

std::string ResultNote(const Analysis& analysis) {
  const bool spread = std::any_of(analysis.variants.begin(), analysis.variants.end(), HasSpread);
  return absl::StrCat(spread ? SpreadOver(CommonSeeds(analysis)) : "One seed", "; Δ: paired difference to ",
                      analysis.base, " with its 95 % interval ", DescribeCoverage(analysis, spread),
                      ", each interval for itself (not corrected for the number of variants).",
                      DescribeAverages(analysis), DescribeTeachers(analysis));
}

}  // namespace retort
