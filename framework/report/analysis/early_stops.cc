#include "framework/report/analysis/early_stops.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {

std::vector<std::string> DescribeEarlyStops(const SweepResult& result) {
  std::vector<std::string> sentences;
  for (const VariantInfo& variant : result.variants) {
    std::map<std::string, std::vector<std::string>> stops;  // By stage.
    for (const RunResult& run : result.runs) {
      if (run.variant != variant.name) continue;
      for (const auto& [stage, step] : run.stopped_steps) {
        stops[stage].push_back(absl::StrCat("after step ", step, " with seed ", run.seed));
      }
    }
    std::vector<std::string> parts;
    for (const auto& [stage, steps] : stops) parts.push_back(absl::StrCat(stage, " ", absl::StrJoin(steps, ", ")));
    if (!parts.empty()) sentences.push_back(absl::StrCat(variant.name, " stopped early: ", absl::StrJoin(parts, "; ")));
  }
  return sentences;
}

}  // namespace retort
