#include "framework/report/files/page/parallel_coordinates.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/page/forest_plot.h"
#include "framework/report/files/page/html_escape.h"

namespace retort {
namespace {

constexpr double kWidth = 960, kHeight = 360;        // Of the whole picture, in its own units.
constexpr double kTop = 44, kBottom = kHeight - 20;  // Ends of the axes.
constexpr double kLeft = 90, kRight = kWidth - 150;  // The first axis and the last.
constexpr double kSpread = 46;                       // Over which the ends of lines are spread, left of the last axis.

class Picture {
 public:
  Picture(const Analysis& analysis, const SettingGrid& grid, size_t metric)
      : analysis_(analysis), grid_(grid), metric_(metric), scale_(Ends(), 0) {}

  std::string Render() const {
    std::string lines;
    for (size_t p = 0; p < grid_.points.size(); ++p) absl::StrAppend(&lines, Line(p));
    if (lines.empty()) return "";
    return absl::StrCat(absl::StrFormat("<svg class=\"parallel\" viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"%s\">",
                                        kWidth, kHeight, EscapeHtml(Label())),
                        lines, SettingAxes(), DifferenceAxis(), "</svg>\n");
  }

 private:
  const MetricSpec& spec() const { return analysis_.columns[metric_].metric; }

  const std::optional<PairedDifference>& Difference(const GridPoint& point) const {
    return analysis_.variants[point.variant].metrics[metric_].difference;
  }

  std::string Label() const {
    return absl::StrCat("Settings of each variant and its difference to ", analysis_.base, " in ",
                        analysis_.columns[metric_].title, "; the table has the same numbers");
  }

  // What the last axis has to reach, in the unit that is shown.
  std::vector<double> Ends() const {
    std::vector<double> ends;
    for (const GridPoint& point : grid_.points) {
      const std::optional<PairedDifference>& d = Difference(point);
      if (!d || !std::isfinite(d->estimate)) continue;
      for (const double end : {d->estimate, d->low.value_or(d->estimate), d->high.value_or(d->estimate)}) {
        ends.push_back(spec().unit.scale * end);
      }
    }
    return ends;
  }

  double X(size_t axis) const { return kLeft + (kRight - kLeft) * axis / grid_.axes.size(); }

  // The first value stands at the bottom.
  double Y(size_t axis, size_t value) const {
    const size_t values = grid_.axes[axis].values.size();
    return kBottom - 12 - (kBottom - kTop - 24) * value / (values - 1);
  }

  double Y(double difference) const {
    return kBottom - (kBottom - kTop) * scale_.Percent(spec().unit.scale * difference) / 100;
  }

  static std::string Axis(double x, const std::string& title) {
    return absl::StrFormat(
        "<line class=\"axis-line\" x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\"/>"
        "<text class=\"title\" x=\"%g\" y=\"18\">%s</text>",
        x, x, kTop, kBottom, x, EscapeHtml(title));
  }

  std::string SettingAxes() const {
    std::string svg;
    for (size_t a = 0; a < grid_.axes.size(); ++a) {
      absl::StrAppend(&svg, Axis(X(a), grid_.axes[a].name));
      for (size_t v = 0; v < grid_.axes[a].values.size(); ++v) {
        absl::StrAppendFormat(&svg, "<text class=\"value\" x=\"%g\" y=\"%g\">%s</text>", X(a) - 8, Y(a, v) + 4,
                              EscapeHtml(Truncate(grid_.axes[a].values[v], 14)));
      }
    }
    return svg;
  }

  std::string DifferenceAxis() const {
    const std::string unit = spec().unit.of_differences;
    std::string svg = Axis(
        kRight, absl::StrCat("Δ ", analysis_.columns[metric_].title, unit.empty() ? "" : absl::StrCat(", ", unit)));
    for (const double tick : scale_.Ticks()) {
      const double y = kBottom - (kBottom - kTop) * scale_.Percent(tick) / 100;
      absl::StrAppendFormat(&svg, "<line class=\"%s\" x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\"/>",
                            tick == 0 ? "zero" : "tick", kRight - kSpread, kRight, y, y);
      absl::StrAppendFormat(&svg, "<text class=\"number\" x=\"%g\" y=\"%g\">%s%g</text>", kRight + 8, y + 4,
                            tick < 0 ? "−" : (tick > 0 ? "+" : ""), std::abs(tick));
    }
    return svg;
  }

  // Lines end side by side, so that their bars can be told apart.
  std::string Line(size_t p) const {
    const GridPoint& point = grid_.points[p];
    const std::optional<PairedDifference>& d = Difference(point);
    if (!d || !std::isfinite(d->estimate)) return "";
    const double end = kRight - kSpread + kSpread * (p + 0.5) / grid_.points.size(), y = Y(d->estimate);
    std::string path;
    for (size_t a = 0; a < point.values.size(); ++a) {
      absl::StrAppendFormat(&path, "%s%g %g", a == 0 ? "M" : " L", X(a), Y(a, point.values[a]));
    }
    absl::StrAppendFormat(&path, " L%g %.1f", end, y);
    return absl::StrFormat(
        "<g class=\"%s\"><title>%s: %s</title><path d=\"%s\"/>"
        "<line class=\"bar\" x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\"/><circle cx=\"%g\" cy=\"%.1f\" r=\"4\"/></g>",
        ToneClass(spec(), d->verdict()), EscapeHtml(analysis_.variants[point.variant].name),
        EscapeHtml(FormatDifference(spec(), *d)), path, end, end, Y(d->low.value_or(d->estimate)),
        Y(d->high.value_or(d->estimate)), end, y);
  }

  const Analysis& analysis_;
  const SettingGrid& grid_;
  const size_t metric_;
  const ForestScale scale_;
};

}  // namespace

std::string ParallelCoordinates(const Analysis& analysis, const SettingGrid& grid, size_t metric) {
  return Picture(analysis, grid, metric).Render();
}

}  // namespace retort
