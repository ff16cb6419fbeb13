#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_FOREST_PLOT_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_FOREST_PLOT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "framework/report/analysis/analysis.h"

// Forest plots: one row per variant with the paired difference to the base as a dot and its interval as a bar. Plain
// HTML and CSS, so that they scale, print and work without scripts. Pure functions.

namespace retort {

// A monotone map of differences to 0..100 % of a track's width. Sweeps hold differences of 0.005 beside differences of
// 2; a stretched scale shows both: asinh(v / knee), linear for |v| << knee, logarithmic beyond. 0 is always on it.
class ForestScale {
 public:
  // Spans all values and 0, with a margin. knee = 0 makes it linear.
  ForestScale(absl::Span<const double> values, double knee);

  double Percent(double value) const;
  // Round numbers, ascending, 0 among them, far enough apart for labels.
  std::vector<double> Ticks() const;

 private:
  double Bend(double value) const;

  double knee_;
  double low_ = 0, high_ = 0;    // Ends of the values, 0 included.
  double left_ = 0, right_ = 1;  // Bent ends of the track, with the margin.
};

// True where a linear scale would hide small differences behind large ones: the largest is more than 8 times the
// median.
bool NeedsStretchedScale(absl::Span<const double> values);

// The class by which the style sheet colours a difference: "better", "worse", "changed" of a metric that does not say
// which is better, "undetermined", "nothing" without an interval.
const char* ToneClass(const MetricSpec& spec, Verdict verdict);

// The plot of one metric, a <div class="forest" id="..."> that the page's style sheet knows how to show, with both
// scales and the choice between them. Empty if no variant has a difference.
std::string RenderForestPlot(const Analysis& analysis, size_t column, absl::string_view id, bool hidden);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_FOREST_PLOT_H_
