#include "tools/bench/bench_row.h"

#include <algorithm>

namespace retort::bench {

std::optional<Spread> SpreadOf(const BenchRow& row, const std::string& name) {
  std::vector<double> values;
  for (const Measurement& round : row.rounds) {
    if (const auto found = round.find(name); found != round.end()) values.push_back(found->second);
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Spread{(values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2, values.front(), values.back()};
}

const BenchRow* SingleOf(const BenchRow& cohort, const std::vector<BenchRow>& rows) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const BenchRow& row) {
    return row.workload == cohort.single && row.precision == cohort.precision && row.device == cohort.device;
  });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace retort::bench
