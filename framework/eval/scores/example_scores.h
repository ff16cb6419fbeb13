#ifndef RETORT_FRAMEWORK_EVAL_SCORES_EXAMPLE_SCORES_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_EXAMPLE_SCORES_H_

#include <map>
#include <string>
#include <vector>

namespace retort {

// Per-sequence sums and counts of one metric on one split: the metric is Σ sum / Σ count.
struct ExampleScores {
  std::vector<double> sum;
  std::vector<double> count;

  // Σ sum / Σ count; NaN without any count.
  double Mean() const {
    double sums = 0, counts = 0;
    for (double value : sum) sums += value;
    for (double value : count) counts += value;
    return sums / counts;
  }
};

// Scores by metric: "masked_lm/cross_entropy".
using MetricScores = std::map<std::string, ExampleScores>;

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_EXAMPLE_SCORES_H_
