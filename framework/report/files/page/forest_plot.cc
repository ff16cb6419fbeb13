#include "framework/report/files/page/forest_plot.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/page/html_escape.h"

namespace retort {
namespace {

constexpr double kMargin = 0.04;     // Of the track, on either side.
constexpr double kTickDistance = 9;  // Percent of the track between two labels.
constexpr double kStretchFrom = 8;

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

struct ForestRow {
  const VariantAnalysis* variant;
  PairedDifference difference;
};

std::vector<ForestRow> Rows(const Analysis& analysis, size_t column) {
  std::vector<ForestRow> rows;
  for (const VariantAnalysis& variant : analysis.variants) {
    const std::optional<PairedDifference>& difference = variant.metrics[column].difference;
    if (difference.has_value() && std::isfinite(difference->estimate)) rows.push_back({&variant, *difference});
  }
  return rows;
}

std::string VerdictWords(const MetricSpec& spec, Verdict verdict) {
  const std::string tone = ToneClass(spec, verdict);
  if (tone == "nothing") return "no interval";
  if (tone == "changed") return verdict == Verdict::kHigher ? "higher" : "lower";
  return tone;
}

std::string Positions(const ForestScale& scale, int which, const MetricSpec& spec, const PairedDifference& d) {
  const double middle = scale.Percent(spec.unit.scale * d.estimate);
  const double low = d.low.has_value() ? scale.Percent(spec.unit.scale * *d.low) : middle;
  const double high = d.high.has_value() ? scale.Percent(spec.unit.scale * *d.high) : middle;
  return absl::StrFormat("--a%d:%.3f;--b%d:%.3f;--m%d:%.3f;", which, low, which, high, which, middle);
}

std::string GridLines(const ForestScale& scale, absl::string_view css_class) {
  std::string html;
  for (const double tick : scale.Ticks()) {
    absl::StrAppendFormat(&html, "<i class=\"grid %s%s\" style=\"--at:%.3f\"></i>", css_class, tick == 0 ? " zero" : "",
                          scale.Percent(tick));
  }
  return html;
}

std::string TickLabels(const ForestScale& scale, absl::string_view css_class) {
  std::string html;
  for (const double tick : scale.Ticks()) {
    std::string label = absl::StrReplaceAll(absl::StrFormat("%g", std::abs(tick)), {{"e-0", "e-"}});
    label = absl::StrCat(tick < 0 ? "−" : (tick > 0 ? "+" : ""), label);
    absl::StrAppendFormat(&html, "<span class=\"%s\" style=\"--at:%.3f\">%s</span>", css_class, scale.Percent(tick),
                          label);
  }
  return html;
}

std::string DifferenceWords(const MetricSpec& spec, const PairedDifference& d) {
  const std::string words = FormatDifference(spec, d);
  // "+0.18 nats (95 % CI 0.16 to 0.21)": the number stands out, the interval follows softly.
  const size_t parenthesis = words.find('(');
  return absl::StrCat("<b>", EscapeHtml(words.substr(0, parenthesis - 1)), "</b> <span class=\"ci\">",
                      EscapeHtml(absl::StrReplaceAll(words.substr(parenthesis), {{"95 % CI ", ""}})), "</span>");
}

std::string RenderRow(const MetricSpec& spec, const ForestRow& row, const ForestScale& linear,
                      const ForestScale& stretched, const std::string& grid) {
  const Verdict verdict = row.difference.verdict();
  return absl::StrCat("<div class=\"row ", ToneClass(spec, verdict), "\" style=\"",
                      Positions(linear, 0, spec, row.difference), Positions(stretched, 1, spec, row.difference),
                      "\"><div class=\"name\">", EscapeHtml(row.variant->name), "<div class=\"change\">",
                      absl::StrReplaceAll(EscapeHtml(row.variant->change), {{"\n", "<br>"}}),
                      "</div></div><div class=\"track\">", grid, "<i class=\"bar\"></i><i class=\"dot\"></i></div>",
                      "<div class=\"words\">", DifferenceWords(spec, row.difference), " <span class=\"say\">",
                      VerdictWords(spec, verdict), "</span></div></div>\n");
}

std::string ScaleChoice(absl::string_view id, bool stretched) {
  std::string html;
  for (const absl::string_view scale : {"stretched", "linear"}) {
    absl::StrAppend(&html, "<input type=\"radio\" class=\"scale-", scale, "\" name=\"", id, "-scale\" id=\"", id, "-",
                    scale, "\"", (scale == "stretched") == stretched ? " checked" : "", ">");
  }
  absl::StrAppend(&html, "<div class=\"choice\"><label class=\"for-stretched\" for=\"", id,
                  "-stretched\">stretched scale</label><label class=\"for-linear\" for=\"", id,
                  "-linear\">linear scale</label></div>\n");
  return html;
}

std::string DirectionWords(Better better, const std::string& base) {
  if (better == Better::kUnknown) return "<span>lower</span><span>higher</span>";
  const bool low = better == Better::kLower;
  return absl::StrCat("<span>← ", low ? "better" : "worse", " than ", EscapeHtml(base), "</span><span>",
                      low ? "worse" : "better", " than ", EscapeHtml(base), " →</span>");
}

}  // namespace

const char* ToneClass(const MetricSpec& spec, Verdict verdict) {
  if (verdict == Verdict::kUndetermined) return "undetermined";
  if (verdict == Verdict::kNoInterval) return "nothing";
  if (spec.better == Better::kUnknown) return "changed";
  return (verdict == Verdict::kHigher) == (spec.better == Better::kHigher) ? "better" : "worse";
}

ForestScale::ForestScale(absl::Span<const double> values, double knee) : knee_(knee) {
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  if (low_ == high_) high_ = 1;
  const double margin = kMargin * (Bend(high_) - Bend(low_)) / (1 - 2 * kMargin);
  left_ = Bend(low_) - margin;
  right_ = Bend(high_) + margin;
}

double ForestScale::Bend(double value) const { return knee_ > 0 ? std::asinh(value / knee_) : value; }

double ForestScale::Percent(double value) const { return 100 * (Bend(value) - left_) / (right_ - left_); }

std::vector<double> ForestScale::Ticks() const {
  const double reach = std::max(-low_, high_);
  std::vector<double> candidates;  // The most welcome first.
  if (knee_ > 0) {
    for (const double digit : {1.0, 3.0}) {
      for (int power = static_cast<int>(std::ceil(std::log10(reach))); power >= -9; --power) {
        candidates.push_back(digit * std::pow(10.0, power));
      }
    }
  } else {
    // The finest round step whose multiples stand far enough apart.
    for (int power = static_cast<int>(std::floor(std::log10(reach))) - 2; candidates.empty(); ++power) {
      for (const double digit : {1.0, 2.0, 5.0}) {
        const double step = digit * std::pow(10.0, power);
        if (Percent(step) - Percent(0) < kTickDistance) continue;
        for (int i = 1; i * step <= reach * (1 + 1e-9); ++i) candidates.push_back(i * step);
        if (candidates.empty()) candidates.push_back(reach);
        break;
      }
    }
  }
  std::vector<double> ticks = {0};
  const auto try_add = [&](double tick) {
    if (tick < low_ * (1 + 1e-9) || tick > high_ * (1 + 1e-9)) return;
    for (const double other : ticks) {
      if (std::abs(Percent(tick) - Percent(other)) < kTickDistance - 1e-6) return;
    }
    ticks.push_back(tick);
  };
  for (const double candidate : candidates) {
    try_add(candidate);
    try_add(-candidate);
  }
  std::sort(ticks.begin(), ticks.end());
  return ticks;
}

bool NeedsStretchedScale(absl::Span<const double> values) {
  std::vector<double> sizes;
  for (const double value : values) {
    if (std::isfinite(value)) sizes.push_back(std::abs(value));
  }
  if (sizes.empty()) return false;
  return *std::max_element(sizes.begin(), sizes.end()) > kStretchFrom * Median(sizes);
}

std::string RenderForestPlot(const Analysis& analysis, size_t column, absl::string_view id, bool hidden) {
  const std::vector<ForestRow> rows = Rows(analysis, column);
  if (rows.empty()) return "";
  const MetricSpec& spec = analysis.columns[column].metric;
  std::vector<double> ends;
  std::vector<double> half_widths;
  for (const ForestRow& row : rows) {
    const PairedDifference& d = row.difference;
    ends.push_back(spec.unit.scale * d.low.value_or(d.estimate));
    ends.push_back(spec.unit.scale * d.high.value_or(d.estimate));
    if (d.low.has_value()) half_widths.push_back(spec.unit.scale * (*d.high - *d.low) / 2);
  }
  const ForestScale linear(ends, 0);
  const ForestScale stretched(ends, std::max(Median(half_widths), 1e-9));
  const std::string grid = GridLines(linear, "on-linear") + GridLines(stretched, "on-stretched");
  std::string html = absl::StrCat("<div class=\"forest\" id=\"", id, "\"", hidden ? " hidden" : "", ">\n",
                                  ScaleChoice(id, NeedsStretchedScale(ends)), "<div class=\"rows\">\n");
  absl::StrAppend(&html, "<div class=\"axis\"><div></div><div class=\"direction span\">",
                  DirectionWords(spec.better, analysis.base), "</div><div></div></div>\n");
  for (const ForestRow& row : rows) absl::StrAppend(&html, RenderRow(spec, row, linear, stretched, grid));
  absl::StrAppend(&html, "<div class=\"axis\"><div></div><div class=\"ticks span\">", TickLabels(linear, "on-linear"),
                  TickLabels(stretched, "on-stretched"), "</div><div class=\"direction\">",
                  EscapeHtml(spec.unit.of_differences), "</div></div>\n</div></div>\n");
  return html;
}

}  // namespace retort
