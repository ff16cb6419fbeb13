#include "framework/report/statistics/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
namespace {

double Mean(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double SumOfSquares(absl::Span<const double> values, double centre) {
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum;
}

// Beyond 1e6 degrees of freedom t is the normal distribution to all printed digits.
boost::math::students_t Student(double degrees_of_freedom) {
  return boost::math::students_t(std::min(degrees_of_freedom, 1e6));
}

// What |t| exceeds with probability α, and the weighted sum of that over parts.
double Quantile(const std::vector<StudentPart>& parts, double alpha) {
  double sum = 0;
  for (const StudentPart& part : parts) {
    const boost::math::students_t t = Student(part.degrees_of_freedom);
    sum += part.weight * boost::math::quantile(boost::math::complement(t, alpha / 2));
  }
  return sum;
}

constexpr double kSmallestPValue = 1e-15;

// The α of the interval whose half-width is `distance`.
double AlphaOfHalfWidth(const PairedDifference& difference, double distance) {
  if (distance <= 0) return 1;
  if (difference.standard_error <= 0) return kSmallestPValue;
  const double statistic = distance / difference.standard_error;
  double low = 1, high = kSmallestPValue;
  for (const StudentPart& part : difference.quantile) {
    const boost::math::students_t t = Student(part.degrees_of_freedom);
    const double tail = std::max(2 * boost::math::cdf(boost::math::complement(t, statistic)), kSmallestPValue);
    low = std::min(low, tail);
    high = std::max(high, tail);
  }
  while (high - low > 1e-12 * high) {
    const double middle = low + (high - low) / 2;
    (Quantile(difference.quantile, middle) > statistic ? low : high) = middle;
  }
  return high;
}

// REQUIRES: values is not empty.
double Median(std::vector<double> values) {
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) return std::nan("");
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

using Rows = absl::Span<const std::vector<double>>;  // d[r][e] of one task.

// One task's differences.
struct TwoWay {
  std::vector<double> seed_means;
  double examples = 0;
  double example = 0;      // v_example
  double interaction = 0;  // v_interaction
};

TwoWay Decompose(Rows d) {
  const double seeds = static_cast<double>(d.size());
  TwoWay result;
  result.examples = static_cast<double>(d[0].size());
  std::vector<double> example_means(d[0].size(), 0.0);
  for (const std::vector<double>& row : d) {
    result.seed_means.push_back(Mean(row));
    for (size_t e = 0; e < row.size(); ++e) example_means[e] += row[e] / seeds;
  }
  const double grand_mean = Mean(result.seed_means);
  double residual = 0;
  for (size_t r = 0; r < d.size(); ++r) {
    for (size_t e = 0; e < d[r].size(); ++e) {
      const double c = d[r][e] - result.seed_means[r] - example_means[e] + grand_mean;
      residual += c * c;
    }
  }
  const double examples = result.examples;
  if (examples > 1) result.example = SumOfSquares(example_means, grand_mean) / (examples - 1) / examples;
  if (seeds > 1 && examples > 1) {
    result.interaction = residual / ((seeds - 1) * (examples - 1)) / (seeds * examples);
  }
  return result;
}

double Square(double x) { return x * x; }

// A part of a variance, and its degrees of freedom.
struct Part {
  double variance = 0;
  double degrees_of_freedom = 0;
};

// Of the sum of parts: Satterthwaite's.
double PooledDegrees(const std::vector<Part>& parts) {
  double sum = 0, spread = 0, fewest = parts.front().degrees_of_freedom;
  for (const Part& part : parts) {
    sum += part.variance;
    spread += Square(part.variance) / part.degrees_of_freedom;
    fewest = std::min(fewest, part.degrees_of_freedom);
  }
  return parts.size() == 1 || spread <= 0 ? fewest : Square(sum) / spread;
}

// The variance of the mean over tasks, and what Satterthwaite's degrees of freedom are made of.
struct MeanVariance {
  double grand_mean = 0;
  double seed = 0;             // s²_seed / R
  std::vector<Part> examples;  // By task that has more than one.
  double held_out = 0;         // Their sum.
  double spread = 0;           // The denominator of ν.
};

MeanVariance Combine(const std::vector<TwoWay>& tasks) {
  const double number = static_cast<double>(tasks.size());
  const size_t seeds = tasks.front().seed_means.size();
  std::vector<double> macros(seeds, 0.0);
  for (const TwoWay& task : tasks) {
    for (size_t r = 0; r < seeds; ++r) macros[r] += task.seed_means[r] / number;
  }
  MeanVariance v;
  v.grand_mean = Mean(macros);
  const double freedom = static_cast<double>(seeds) - 1;
  if (seeds > 1) {
    v.seed = SumOfSquares(macros, v.grand_mean) / freedom / static_cast<double>(seeds);
    v.spread = Square(v.seed) / freedom;
  }
  for (const TwoWay& task : tasks) {
    if (task.examples == 1) continue;
    const double example = task.example / Square(number), interaction = task.interaction / Square(number);
    const double held_out = std::max(0.0, example - interaction);
    v.examples.push_back({held_out, task.examples - 1});
    v.held_out += held_out;
    if (held_out > 0 && seeds > 1) {
      v.spread += Square(example) / (task.examples - 1) + Square(interaction) / (freedom * (task.examples - 1));
    }
  }
  return v;
}

// Student's quantile of Satterthwaite's degrees of freedom, corrected for few seeds as the header says.
std::vector<StudentPart> QuantileParts(const MeanVariance& v, double nu, int seeds) {
  const double total = v.seed + v.held_out;
  if (v.held_out <= 0 || total <= 0) return {{1, nu}};
  const double cochran = seeds == 2 ? 1 : 0.5;
  std::vector<StudentPart> parts = {{cochran * v.seed / total, static_cast<double>(seeds) - 1},
                                    {cochran * v.held_out / total, PooledDegrees(v.examples)}};
  if (seeds > 2) parts.push_back({1 - cochran, nu});
  return parts;
}

void FillInterval(const MeanVariance& v, double confidence, PairedDifference* result) {
  const double seeds = result->seeds;
  const double variance = v.seed + v.held_out;
  if (result->seeds == 1) {
    result->degrees_of_freedom = PooledDegrees(v.examples);
    result->quantile = {{1, result->degrees_of_freedom}};
  } else {
    result->degrees_of_freedom = v.spread > 0 ? std::max(Square(variance) / v.spread, seeds - 1) : seeds - 1;
    result->quantile = QuantileParts(v, result->degrees_of_freedom, result->seeds);
  }
  result->standard_error = std::sqrt(variance);
  const double half_width = Quantile(result->quantile, 1 - confidence) * result->standard_error;
  result->low = result->estimate - half_width;
  result->high = result->estimate + half_width;
}

absl::Status CheckRows(Rows d, size_t seeds) {
  if (d.empty() || d[0].empty()) {
    return absl::InvalidArgumentError("paired differences: want at least one seed and one example, got none");
  }
  if (d.size() != seeds) {
    return absl::InvalidArgumentError(
        absl::StrCat("paired differences: want ", seeds, " seeds in every task, got ", d.size()));
  }
  for (const std::vector<double>& row : d) {
    if (row.size() != d[0].size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("paired differences: want ", d[0].size(), " examples for every seed, got ", row.size()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<PairedDifference> Estimate(const std::vector<Rows>& tasks, double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("confidence: want a number between 0 and 1, got ", confidence));
  }
  if (tasks.empty()) return absl::InvalidArgumentError("paired differences: want at least one task, got none");
  std::vector<TwoWay> by_task;
  PairedDifference result;
  bool finite = true;
  for (const Rows d : tasks) {
    RETORT_RETURN_IF_ERROR(CheckRows(d, tasks.front().size()));
    by_task.push_back(Decompose(d));
    finite &= std::isfinite(by_task.back().example + by_task.back().interaction);
    if (d[0].size() > 1) result.examples += static_cast<int64_t>(d[0].size());
  }
  result.examples = std::max<int64_t>(result.examples, 1);
  const MeanVariance v = Combine(by_task);
  result.estimate = v.grand_mean;
  result.seeds = static_cast<int>(tasks.front().size());
  finite &= std::isfinite(v.grand_mean) && std::isfinite(v.seed);
  if (finite && (result.seeds > 1 || v.examples.size() == tasks.size())) FillInterval(v, confidence, &result);
  return result;
}

}  // namespace

absl::StatusOr<double> RatioOfSums(const ExampleScores& scores) {
  if (scores.sum.size() != scores.count.size()) {
    return absl::InvalidArgumentError(absl::StrCat("ExampleScores: want as many sums as counts, got ",
                                                   scores.sum.size(), " sums and ", scores.count.size(), " counts"));
  }
  const double count = std::accumulate(scores.count.begin(), scores.count.end(), 0.0);
  if (!(count > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("ExampleScores.count: want a total > 0, got ", count, " over ", scores.count.size(), " examples"));
  }
  return std::accumulate(scores.sum.begin(), scores.sum.end(), 0.0) / count;
}

absl::StatusOr<std::vector<double>> LinearisedValues(const ExampleScores& scores) {
  RETORT_ASSIGN_OR_RETURN(const double ratio, RatioOfSums(scores));
  const double mean_count = Mean(scores.count);
  std::vector<double> values(scores.sum.size());
  for (size_t e = 0; e < values.size(); ++e) {
    values[e] = ratio + (scores.sum[e] - ratio * scores.count[e]) / mean_count;
  }
  return values;
}

Summary Summarise(absl::Span<const double> values) {
  CHECK(!values.empty());
  Summary summary;
  summary.seeds = static_cast<int>(values.size());
  // The rounding of a sum of equal values is no spread.
  const auto is_first = [&values](double value) { return value == values.front(); };
  summary.mean = std::all_of(values.begin(), values.end(), is_first) ? values.front() : Mean(values);
  summary.median = Median({values.begin(), values.end()});
  if (values.size() > 1) {
    summary.standard_deviation =
        std::sqrt(SumOfSquares(values, summary.mean) / (static_cast<double>(values.size()) - 1));
  }
  return summary;
}

Verdict PairedDifference::verdict() const {
  if (!low.has_value() || !high.has_value()) return Verdict::kNoInterval;
  if (*low > 0) return Verdict::kHigher;
  if (*high < 0) return Verdict::kLower;
  return Verdict::kUndetermined;
}

absl::StatusOr<PairedDifference> EstimateDifference(absl::Span<const std::vector<double>> d, double confidence) {
  return Estimate({d}, confidence);
}

absl::StatusOr<PairedDifference> EstimateMacroDifference(absl::Span<const std::vector<std::vector<double>>> d,
                                                         double confidence) {
  return Estimate(std::vector<Rows>(d.begin(), d.end()), confidence);
}

double PValue(const PairedDifference& difference) {
  CHECK(difference.low.has_value());
  return AlphaOfHalfWidth(difference, std::abs(difference.estimate));
}

double EquivalencePValue(const PairedDifference& difference, double margin) {
  CHECK(difference.low.has_value());
  CHECK_GT(margin, 0);
  const double room = margin - std::abs(difference.estimate);
  return room > 0 ? AlphaOfHalfWidth(difference, room) / 2 : 1 - AlphaOfHalfWidth(difference, -room) / 2;
}

std::vector<double> HolmAdjusted(absl::Span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(order.size() - i) * p_values[order[i]]);
    adjusted[order[i]] = std::min(largest, 1.0);
  }
  return adjusted;
}

}  // namespace retort
