#include "framework/report/files/tuning_table.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/format.h"

namespace retort {
namespace {

TableCell ScoreCell(const MetricSpec& metric, const TunedStage::Point& point) {
  if (!point.score) return {point.error.empty() ? kNothing : absl::StrCat("stopped: ", point.error), {std::nullopt}};
  const std::string value = FormatFixed(metric.unit.scale * *point.score, DecimalsFor(0));
  return {absl::StrCat(value, metric.unit.value.empty() ? "" : " ", metric.unit.value), {point.score}};
}

}  // namespace

Table BuildTuningTable(const SweepResult& result) {
  Table table;
  table.columns = {{"variant", "variant", {}}, {"stage", "stage", {}},           {"setting", "setting", {}},
                   {"metric", "metric", {}},   {"reached", "reached", {"mean"}}, {"chosen", "chosen", {}}};
  for (const TunedStage& tuned : result.tuning) {
    for (size_t i = 0; i < tuned.points.size(); ++i) {
      const TunedStage::Point& point = tuned.points[i];
      table.rows.push_back({{tuned.variant, {}},
                            {tuned.stage, {}},
                            {point.setting, {}},
                            {tuned.metric.label, {}},
                            ScoreCell(tuned.metric, point),
                            {i == tuned.chosen ? "chosen" : kNothing, {}}});
    }
  }
  if (result.tuning.empty()) return table;
  table.note = absl::StrCat("What was tried before, with seed ", result.tuning.front().seed, " on the split ",
                            result.tuning.front().split,
                            ", neither of which the results use; the best of each variant, the first of equals, is "
                            "what its runs above are trained with.");
  return table;
}

}  // namespace retort
