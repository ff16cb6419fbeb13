#ifndef RETORT_FRAMEWORK_EVAL_SCORES_CORRELATION_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_CORRELATION_H_

#include "absl/types/span.h"

namespace retort {

// Spearman's rank correlation: Pearson's r of the ranks, where equal values share the mean of their ranks. NaN if a
// value is NaN or all values of one side are equal. REQUIRES: as many x as y.
double SpearmanCorrelation(absl::Span<const double> x, absl::Span<const double> y);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_CORRELATION_H_
