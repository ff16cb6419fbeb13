#ifndef RETORT_FRAMEWORK_EVAL_SCORES_JACKKNIFE_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_JACKKNIFE_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/types/span.h"

namespace retort {

// A statistic of a subset of the examples, given by their indices in ascending order.
using ExampleStatistic = std::function<double(absl::Span<const size_t> examples)>;

// One value per example for a metric that is not a mean (a correlation, F1): jackknife pseudo-values
//
//   p_e = E · θ − (E − 1) · θ₋ₑ,
//
// shifted so that their mean is the statistic θ of all examples rather than its bias-corrected version: reports show
// the number that everybody computes. Calls `statistic` examples + 1 times. REQUIRES: examples >= 2.
//
// Where θ₋ₑ is not finite for some e (no correlation follows from what is left without it), nothing is known of other
// draws of examples: the one value θ stands for all of them, of which no interval over examples follows.
std::vector<double> JackknifeValues(size_t examples, const ExampleStatistic& statistic);

// The same of θ and of θ₋ₑ for each example, where all of these are known together.
std::vector<double> JackknifeValues(double all, const std::vector<double>& without_each);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_JACKKNIFE_H_
