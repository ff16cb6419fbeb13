#ifndef RETORT_FRAMEWORK_EVAL_SCORES_CORRELATION_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_CORRELATION_H_

#include <vector>

#include "absl/types/span.h"

// Correlations of two values for each example, and the same without each example in turn, for jackknife values
// (framework/eval/scores/jackknife.h). All are NaN if a value is NaN or all values of one side are equal. Pure
// functions.
// REQUIRES, everywhere: as many x as y.

namespace retort {

// Pearson's r.
double PearsonCorrelation(absl::Span<const double> x, absl::Span<const double> y);

// Spearman's rank correlation: Pearson's r of the ranks, where equal values share the mean of their ranks.
double SpearmanCorrelation(absl::Span<const double> x, absl::Span<const double> y);

// One value per example: the correlation of all others. Pearson's takes time in proportion to the examples E,
// Spearman's to E². All are NaN where the correlation of all examples is.
std::vector<double> PearsonWithoutEach(absl::Span<const double> x, absl::Span<const double> y);
std::vector<double> SpearmanWithoutEach(absl::Span<const double> x, absl::Span<const double> y);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_CORRELATION_H_
