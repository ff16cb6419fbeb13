#include "framework/report/analysis/statistics.h"

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

// Two-sided quantile of Student's t. Beyond 1e6 degrees of freedom t is the normal distribution to all printed digits.
double StudentQuantile(double degrees_of_freedom, double confidence) {
  const boost::math::students_t t(std::min(degrees_of_freedom, 1e6));
  return boost::math::quantile(t, 0.5 + confidence / 2);
}

struct TwoWay {
  double grand_mean = 0;
  double seed = 0;         // s²_seed / R
  double example = 0;      // v_example
  double interaction = 0;  // v_interaction
};

TwoWay Decompose(absl::Span<const std::vector<double>> d) {
  const double seeds = static_cast<double>(d.size());
  const double examples = static_cast<double>(d[0].size());
  std::vector<double> seed_means;
  std::vector<double> example_means(d[0].size(), 0.0);
  for (const std::vector<double>& row : d) {
    seed_means.push_back(Mean(row));
    for (size_t e = 0; e < row.size(); ++e) example_means[e] += row[e] / seeds;
  }
  TwoWay result;
  result.grand_mean = Mean(seed_means);
  double residual = 0;
  for (size_t r = 0; r < d.size(); ++r) {
    for (size_t e = 0; e < d[r].size(); ++e) {
      const double c = d[r][e] - seed_means[r] - example_means[e] + result.grand_mean;
      residual += c * c;
    }
  }
  if (seeds > 1) result.seed = SumOfSquares(seed_means, result.grand_mean) / (seeds - 1) / seeds;
  if (examples > 1) result.example = SumOfSquares(example_means, result.grand_mean) / (examples - 1) / examples;
  if (seeds > 1 && examples > 1) {
    result.interaction = residual / ((seeds - 1) * (examples - 1)) / (seeds * examples);
  }
  return result;
}

double Square(double x) { return x * x; }

// Student's quantile of Satterthwaite's degrees of freedom, corrected for few seeds as the header says.
double Quantile(const TwoWay& v, double held_out, double nu, int seeds, double examples, double confidence) {
  const double satterthwaite = StudentQuantile(nu, confidence);
  const double total = v.seed + held_out;
  if (held_out <= 0 || total <= 0) return satterthwaite;
  const double cochran =
      (v.seed * StudentQuantile(seeds - 1, confidence) + held_out * StudentQuantile(examples - 1, confidence)) / total;
  return seeds == 2 ? cochran : (satterthwaite + cochran) / 2;
}

void FillInterval(const TwoWay& v, double confidence, PairedDifference* result) {
  const double seeds = result->seeds;
  const double examples = static_cast<double>(result->examples);
  double variance = 0;
  double quantile = 0;
  if (result->seeds == 1) {
    variance = v.example;
    result->degrees_of_freedom = examples - 1;
    quantile = StudentQuantile(examples - 1, confidence);
  } else {
    const double held_out = std::max(0.0, v.example - v.interaction);
    variance = v.seed + held_out;
    double spread = Square(v.seed) / (seeds - 1);
    if (held_out > 0) {
      spread += Square(v.example) / (examples - 1) + Square(v.interaction) / ((seeds - 1) * (examples - 1));
    }
    result->degrees_of_freedom = spread > 0 ? std::max(Square(variance) / spread, seeds - 1) : seeds - 1;
    quantile = Quantile(v, held_out, result->degrees_of_freedom, result->seeds, examples, confidence);
  }
  result->standard_error = std::sqrt(variance);
  result->low = result->estimate - quantile * result->standard_error;
  result->high = result->estimate + quantile * result->standard_error;
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
  summary.mean = Mean(values);
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
  if (!(confidence > 0 && confidence < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("confidence: want a number between 0 and 1, got ", confidence));
  }
  if (d.empty() || d[0].empty()) {
    return absl::InvalidArgumentError("paired differences: want at least one seed and one example, got none");
  }
  for (const std::vector<double>& row : d) {
    if (row.size() != d[0].size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("paired differences: want ", d[0].size(), " examples for every seed, got ", row.size()));
    }
  }
  const TwoWay v = Decompose(d);
  PairedDifference result;
  result.estimate = v.grand_mean;
  result.seeds = static_cast<int>(d.size());
  result.examples = static_cast<int64_t>(d[0].size());
  const bool finite = std::isfinite(v.grand_mean) && std::isfinite(v.seed + v.example + v.interaction);
  if (finite && (result.seeds > 1 || result.examples > 1)) FillInterval(v, confidence, &result);
  return result;
}

}  // namespace retort
