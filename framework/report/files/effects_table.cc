#include "framework/report/files/effects_table.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"

namespace retort {
namespace {

// "cross-entropy +0.22 (0.19 to 0.25) nats"
std::string DifferenceHere(const Analysis& analysis, const PublishedEffect& effect) {
  const VariantMetric* metric = AnsweringMetric(analysis, effect);
  if (metric == nullptr || !metric->difference) return kNothing;
  const MetricColumn& column = analysis.columns[*effect.column];
  const std::string& unit = column.metric.unit.of_differences;
  return absl::StrCat(column.title, " ", FormatShortDifference(column.metric, *metric->difference),
                      unit.empty() ? "" : " ", unit);
}

TableCell PValueCell(const std::optional<double>& p) { return {p ? FormatPValue(*p) : kNothing, {p}}; }

std::string Note(const Analysis& analysis) {
  std::string text = absl::StrCat(
      "Verdicts compare directions, not sizes, as units differ: a published Δ above 0 is read as better, and one here "
      "as better where its metric is. A sign counts where p < 0.05, p of no difference by Holm’s procedure over ",
      analysis.contrasts, analysis.contrasts == 1 ? " contrast" : " contrasts",
      " with a published Δ; the 95 % intervals are not corrected.");
  if (!analysis.margin) return text;
  return absl::StrCat(text, " Equivalent: two one-sided tests reject a difference beyond ", FormatMargin(analysis),
                      ", with p (p equiv.) likewise by Holm’s procedure and below 0.05.");
}

}  // namespace

Table BuildEffectsTable(const Analysis& analysis) {
  Table table;
  table.columns = {{"variant", "variant", {}},
                   {"published Δ", "published", {}},
                   {absl::StrCat("Δ to ", analysis.base, " here"), "difference", {}},
                   {"verdict", "verdict", {}},
                   {"p", "p_value", {"holm"}}};
  if (analysis.margin) table.columns.push_back({"p equiv.", "equivalence_p_value", {"holm"}});
  table.columns.push_back({"source", "source", {}});
  for (const PublishedEffect& effect : analysis.effects) {
    const std::string& source = effect.published.source;
    std::vector<TableCell> row = {{analysis.variants[effect.variant].name, {}},
                                  {FormatPublished(effect.published), {}},
                                  {DifferenceHere(analysis, effect), {}},
                                  {FormatEffectVerdict(analysis, effect), {}},
                                  PValueCell(effect.p_value)};
    if (analysis.margin) row.push_back(PValueCell(effect.equivalence_p_value));
    row.push_back({source.empty() ? kNothing : source, {}});
    table.rows.push_back(std::move(row));
  }
  if (!table.rows.empty()) table.note = Note(analysis);
  return table;
}

}  // namespace retort
