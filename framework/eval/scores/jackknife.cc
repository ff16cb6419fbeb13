#include "framework/eval/scores/jackknife.h"

#include <cmath>
#include <numeric>

#include "glog/logging.h"

namespace retort {

std::vector<double> JackknifeValues(size_t examples, const ExampleStatistic& statistic) {
  CHECK_GE(examples, 2u);
  std::vector<size_t> kept(examples);
  std::iota(kept.begin(), kept.end(), 0);
  const double all = statistic(kept);
  kept.pop_back();
  std::vector<double> values(examples);
  const double n = static_cast<double>(examples);
  // `kept` lacks the last example first; putting example e in the place of e − 1 moves the gap down by one.
  for (size_t left_out = examples; left_out-- > 0;) {
    const double rest = statistic(kept);
    if (!std::isfinite(rest)) return {all};
    values[left_out] = n * all - (n - 1) * rest;
    if (left_out > 0) kept[left_out - 1] = left_out;
  }
  const double shift = all - std::accumulate(values.begin(), values.end(), 0.0) / n;
  for (double& value : values) value += shift;
  return values;
}

}  // namespace retort
