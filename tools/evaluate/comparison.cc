#include "tools/evaluate/comparison.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/base/terminal/columns.h"
#include "framework/eval/scores/example_scores.h"
#include "framework/json/json_number.h"
#include "framework/report/analysis/format.h"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

// Of the second, minus the first: example by example, or of the means where their numbers of values differ.
absl::StatusOr<PairedDifference> Difference(const ExampleScores& first, const ExampleScores& second) {
  std::vector<double> values = {second.Mean() - first.Mean()};
  if (first.sum.size() != second.sum.size()) return EstimateDifference({values});
  RETORT_ASSIGN_OR_RETURN(const std::vector<double> base, LinearisedValues(first));
  RETORT_ASSIGN_OR_RETURN(values, LinearisedValues(second));
  for (size_t e = 0; e < values.size(); ++e) values[e] -= base[e];
  return EstimateDifference({values});
}

absl::StatusOr<MetricComparison> CompareBy(const MetricSpec& metric, const std::vector<ModelResult>& models) {
  MetricComparison comparison;
  comparison.metric = metric;
  const ModelResult& first = models.front();
  for (const ModelResult& model : models) {
    const ExampleScores& scores = model.scores.at(metric.name);
    RETORT_ASSIGN_OR_RETURN(const std::vector<double> values, LinearisedValues(scores));
    RETORT_ASSIGN_OR_RETURN(PairedDifference value, EstimateDifference({values}));
    value.estimate = scores.Mean();  // Without the rounding of linearised values.
    comparison.values.push_back(value);
    comparison.differences.emplace_back();
    if (&model == &first || model.measured_on != first.measured_on) continue;
    RETORT_ASSIGN_OR_RETURN(comparison.differences.back(), Difference(first.scores.at(metric.name), scores));
  }
  return comparison;
}

std::string Title(const MetricSpec& metric) {
  return metric.unit.value.empty() ? metric.label : absl::StrCat(metric.label, ", ", metric.unit.value);
}

std::string ValueCell(const MetricSpec& metric, const PairedDifference& value) {
  const double scale = metric.unit.scale;
  if (!value.low) return FormatFixed(scale * value.estimate, DecimalsFor(0));
  return FormatPlusMinus(scale * value.estimate, scale * value.standard_error);
}

std::string DifferenceCell(const MetricSpec& metric, const PairedDifference& difference) {
  const double scale = metric.unit.scale;
  if (!difference.low) return FormatFixed(scale * difference.estimate, DecimalsFor(0), /*with_sign=*/true);
  const FormattedInterval interval =
      FormatInterval(scale * difference.estimate, scale * *difference.low, scale * *difference.high);
  return absl::StrCat(interval.estimate, " (", interval.low, " to ", interval.high, ")");
}

std::string Aligned(const std::vector<Row>& rows) {
  std::vector<int> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) absl::StrAppend(&line, PadRight(row[i], widths[i]), "   ");
    absl::StrAppend(&text, absl::StripTrailingAsciiWhitespace(line), "\n");
  }
  return text;
}

Json EstimateJson(const PairedDifference& estimate) {
  const auto if_known = [&](const std::optional<double>& end) { return end ? NumberToJson(*end) : Json(nullptr); };
  return {{"value", NumberToJson(estimate.estimate)},
          {"standard_error", estimate.low ? NumberToJson(estimate.standard_error) : Json(nullptr)},
          {"low", if_known(estimate.low)},
          {"high", if_known(estimate.high)},
          {"examples", estimate.examples}};
}

}  // namespace

absl::StatusOr<std::vector<MetricComparison>> Compare(const MetricSpecs& metrics,
                                                      const std::vector<ModelResult>& models) {
  std::vector<MetricComparison> comparisons;
  for (const MetricSpec& metric : metrics) {
    if (models.front().scores.count(metric.name) == 0) continue;
    RETORT_ASSIGN_OR_RETURN(MetricComparison comparison, CompareBy(metric, models));
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

std::string ComparisonTable(const std::vector<MetricComparison>& comparisons, const std::vector<ModelResult>& models) {
  std::vector<Row> rows = {{"model"}};
  for (const MetricComparison& comparison : comparisons) rows[0].push_back(Title(comparison.metric));
  for (size_t m = 0; m < models.size(); ++m) {
    Row values = {models[m].model}, differences = {absl::StrCat("  Δ to ", models.front().model)};
    for (const MetricComparison& comparison : comparisons) {
      values.push_back(ValueCell(comparison.metric, comparison.values[m]));
      const std::optional<PairedDifference>& difference = comparison.differences[m];
      differences.push_back(difference ? DifferenceCell(comparison.metric, *difference) : "other examples");
    }
    rows.push_back(std::move(values));
    if (m > 0) rows.push_back(std::move(differences));
  }
  return Aligned(rows);
}

Json ComparisonJson(const std::vector<MetricComparison>& comparisons, const std::vector<ModelResult>& models) {
  Json json = Json::array();
  for (size_t m = 0; m < models.size(); ++m) {
    Json values = Json::object(), differences = Json::object();
    for (const MetricComparison& comparison : comparisons) {
      values[comparison.metric.name] = EstimateJson(comparison.values[m]);
      if (!comparison.differences[m]) continue;
      differences[comparison.metric.name] = EstimateJson(*comparison.differences[m]);
    }
    json.push_back({{"model", models[m].model}, {"metrics", values}, {"differences", differences}});
  }
  return json;
}

}  // namespace retort
