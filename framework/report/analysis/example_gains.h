#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_EXAMPLE_GAINS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_EXAMPLE_GAINS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "framework/eval/scores/example_text.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

// Where a variant and the base differ, example by example. Pure functions.

namespace retort {

// What a metric says of one held-out example: sum / count of the example alone, as means over the seeds that variant
// and base both have.
struct ExampleGain {
  size_t example = 0;  // Its place among the scores and the texts.
  double base = 0;
  double variant = 0;
};

// The columns of which examples can be shown as texts: of every evaluation stage and split that the base has texts of,
// the first column, which is the primary metric's where that is among them.
std::vector<size_t> ColumnsWithTexts(const SweepResult& result, const Analysis& analysis);

// The texts of a column's examples; null where there are none.
const std::vector<ExampleText>* TextsOf(const SweepResult& result, const Analysis& analysis, size_t column);

// The variant's examples, in their order, of which the metric says something; none where variant and base were not
// measured on the same examples, or share no seed.
std::vector<ExampleGain> GainsOf(const SweepResult& result, const Analysis& analysis, const std::string& variant,
                                 size_t column);

// How much better the variant is on the example than the base: above 0 it gains. Of a metric that does not say which is
// better, more counts as better.
double Gain(const MetricSpec& metric, const ExampleGain& example);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_EXAMPLE_GAINS_H_
