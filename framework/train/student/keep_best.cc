#include "framework/train/student/keep_best.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {

absl::StatusOr<bool> NoteEvaluation(const Keep& keep, const MetricSpecs& specs,
                                    const std::map<std::string, double>& metrics, Progress* progress) {
  if (!keep.has_best()) return false;
  const std::string& metric = keep.best().metric();
  const auto found = metrics.find(metric);
  if (found == metrics.end()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : metrics) names.push_back(name);
    return absl::InvalidArgumentError(
        absl::StrCat("keep.best.metric: want one of ", absl::StrJoin(names, ", "), ", got \"", metric, "\""));
  }
  if (progress->best_value && !IsBetter(FindMetric(specs, metric), found->second, *progress->best_value)) {
    ++progress->evaluations_since_best;
    return false;
  }
  progress->best_value = found->second;
  progress->best_step = progress->step;
  progress->evaluations_since_best = 0;
  return true;
}

bool IsOutOfPatience(const Keep& keep, const Progress& progress) {
  return keep.best().has_patience() && progress.evaluations_since_best >= keep.best().patience();
}

}  // namespace retort
