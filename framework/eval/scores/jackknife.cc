#include "framework/eval/scores/jackknife.h"

#include <algorithm>
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
  std::vector<double> without_each(examples);
  // `kept` lacks the last example first; putting example e in the place of e − 1 moves the gap down by one.
  for (size_t left_out = examples; left_out-- > 0;) {
    without_each[left_out] = statistic(kept);
    if (left_out > 0) kept[left_out - 1] = left_out;
  }
  return JackknifeValues(all, without_each);
}

std::vector<double> JackknifeValues(double all, const std::vector<double>& without_each) {
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(without_each.begin(), without_each.end(), is_finite)) return {all};
  const double n = static_cast<double>(without_each.size());
  std::vector<double> values;
  for (const double rest : without_each) values.push_back(n * all - (n - 1) * rest);
  const double shift = all - std::accumulate(values.begin(), values.end(), 0.0) / n;
  for (double& value : values) value += shift;
  return values;
}

}  // namespace retort
