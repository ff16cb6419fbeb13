#include "tools/bench/cohort_plots.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/report/analysis/format.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/page/page_assets.h"
#include "nlohmann/json.hpp"
#include "tools/bench/measure/measurement.h"

namespace retort::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kFewest = 3;  // Through two points there is always a line.

// Draws plots[i] into the canvas of the id "cohort-<i>".
constexpr char kDraw[] = R"(
plots.forEach((plot, i) => {
  const line = (label, data, color, dash) =>
      ({type: 'line', label, data, borderColor: color, borderDash: dash, borderWidth: 1.5, pointRadius: 0});
  const datasets = [
    {label: 'measured, median', data: plot.medians, backgroundColor: '#0072b2', borderColor: '#0072b2', pointRadius: 4},
    line('least to greatest', plot.ranges, '#0072b2', []),
    line(plot.line.label, plot.line.data, '#d55e00', []),
  ];
  if (plot.alone) datasets.push(line('one by one', plot.alone, '#767676', [5, 4]));
  const axis = (text, ticks) => ({beginAtZero: true, title: {display: true, text}, ticks});
  new Chart(document.getElementById('cohort-' + i), {
    type: 'scatter',
    data: {datasets},
    options: {
      animation: false,
      scales: {x: axis('students trained together, K', {precision: 0}), y: axis(plot.unit, {})},
    },
  });
});
)";

void FitLine(CohortCost* cost) {
  double count = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (const CohortCost::Point& point : cost->points) {
    const auto students = static_cast<double>(point.students);
    count += 1;
    x += students;
    y += point.spread.median;
    xx += students * students;
    xy += students * point.spread.median;
  }
  cost->slope = (count * xy - x * y) / (count * xx - x * x);
  cost->at_zero = (y - cost->slope * x) / count;
  for (const CohortCost::Point& point : cost->points) {
    const double on_line = cost->at_zero + static_cast<double>(point.students) * cost->slope;
    cost->worst = std::max(cost->worst, std::abs(point.spread.median - on_line) / on_line);
  }
}

// What a plot shows, and how its numbers are written.
struct Quantity {
  std::string name;   // As measurement.h calls it.
  std::string title;  // "Time"
  char once, each;    // 'T', 'S'
  std::string unit;   // "seconds of a step"
  double scale;       // From what is measured to the unit.
  std::string (*format)(double value);
  bool adds_up;  // Whether K students one by one take K times as much.
};

std::vector<Quantity> Quantities() {
  const auto seconds = [](double value) { return absl::StrCat(FormatFixed(value, 3), " s"); };
  const auto gigabytes = [](double value) { return absl::StrCat(FormatFixed(1e-9 * value, 2), " GB"); };
  return {{kStepSeconds, "Time", 'T', 'S', "seconds of a step", 1, seconds, /*adds_up=*/true},
          {kMemoryBytes, "Memory", 'M', 'm', "GB at the most", 1e-9, gigabytes, /*adds_up=*/false}};
}

std::string Formula(const Quantity& quantity) { return absl::StrFormat("%c + K %c", quantity.once, quantity.each); }

Json PointAt(double x, double y) { return {{"x", x}, {"y", y}}; }

Json PlotJson(const CohortCost& cost, const Quantity& quantity) {
  Json medians = Json::array(), ranges = Json::array();
  for (const CohortCost::Point& point : cost.points) {
    const auto x = static_cast<double>(point.students);
    medians.push_back(PointAt(x, quantity.scale * point.spread.median));
    ranges.push_back(PointAt(x, quantity.scale * point.spread.least));
    ranges.push_back(PointAt(x, quantity.scale * point.spread.greatest));
    ranges.push_back({{"x", x}, {"y", nullptr}});  // The next one is not joined to it.
  }
  const auto most = static_cast<double>(cost.points.back().students);
  Json plot = {{"unit", quantity.unit}, {"medians", medians}, {"ranges", ranges}};
  plot["line"] = {{"label", absl::StrCat(Formula(quantity), ", least squares")},
                  {"data",
                   {PointAt(0, quantity.scale * cost.at_zero),
                    PointAt(most, quantity.scale * (cost.at_zero + most * cost.slope))}}};
  const CohortCost::Point& first = cost.points.front();
  if (quantity.adds_up && first.students == 1) {
    plot["alone"] = {PointAt(0, 0), PointAt(most, quantity.scale * most * first.spread.median)};
  }
  return plot;
}

std::string Caption(const BenchRow& single, const CohortCost& cost, const Quantity& quantity) {
  return EscapeHtml(absl::StrFormat("%s of %s, %s: %s with %c = %s and %c = %s; no median is farther from it than %s",
                                    quantity.title, single.workload, single.precision, Formula(quantity), quantity.once,
                                    quantity.format(cost.at_zero), quantity.each, quantity.format(cost.slope),
                                    FormatShare(cost.worst)));
}

}  // namespace

CohortCost CostOfCohorts(const BenchRow& single, const std::vector<BenchRow>& rows, const std::string& name) {
  CohortCost cost;
  for (const BenchRow& row : rows) {
    if (&row != &single && SingleOf(row, rows) != &single) continue;
    if (const std::optional<Spread> spread = SpreadOf(row, name)) cost.points.push_back({row.students, *spread});
  }
  if (cost.points.size() < kFewest) return {};
  std::sort(cost.points.begin(), cost.points.end(),
            [](const auto& a, const auto& b) { return a.students < b.students; });
  FitLine(&cost);
  return cost;
}

std::string RenderCohortPlots(const std::vector<BenchRow>& rows) {
  Json plots = Json::array();
  std::string figures;
  for (const BenchRow& single : rows) {
    for (const Quantity& quantity : Quantities()) {
      const CohortCost cost = CostOfCohorts(single, rows, quantity.name);
      if (cost.points.empty()) continue;
      absl::StrAppend(&figures, "<figure><canvas id=\"cohort-", plots.size(), "\"></canvas><figcaption>",
                      Caption(single, cost, quantity), "</figcaption></figure>\n");
      plots.push_back(PlotJson(cost, quantity));
    }
  }
  if (plots.empty()) return "";
  return absl::StrCat("<h2>Students trained together</h2>\n<div class=\"plots\">\n", figures, "</div>\n<script>",
                      kChartJs, "</script>\n<script>const plots = ", plots.dump(), ";", kDraw, "</script>\n");
}

}  // namespace retort::bench
