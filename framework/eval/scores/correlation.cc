#include "framework/eval/scores/correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "glog/logging.h"

namespace retort {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A sum of squares that falls below this share of itself when an example leaves has lost too many digits.
constexpr double kLeastShareLeft = 1e-4;

// Around the means: sums of squares and of products.
struct Moments {
  double mean_x = 0, mean_y = 0;
  double xx = 0, yy = 0, xy = 0;

  double Correlation() const { return xy / std::sqrt(xx * yy); }
};

Moments MomentsOf(absl::Span<const double> x, absl::Span<const double> y) {
  const double n = static_cast<double>(x.size());
  Moments moments;
  moments.mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  moments.mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  for (size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - moments.mean_x, dy = y[i] - moments.mean_y;
    moments.xx += dx * dx;
    moments.yy += dy * dy;
    moments.xy += dx * dy;
  }
  return moments;
}

// Neither NaN nor all equal.
bool Varies(absl::Span<const double> values) {
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) return false;
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

// From 1; equal values share the mean of theirs.
std::vector<double> Ranks(absl::Span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = 0.5 * static_cast<double>(begin + 1 + end);
  }
  return ranks;
}

std::vector<double> Without(absl::Span<const double> values, size_t left_out) {
  std::vector<double> rest(values.begin(), values.end());
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
  return rest;
}

// The ranks of the others: those above the one that is left out fall by 1, those that shared its rank by ½.
std::vector<double> RanksWithout(const std::vector<double>& ranks, size_t left_out) {
  std::vector<double> rest = Without(ranks, left_out);
  for (double& rank : rest) {
    if (rank > ranks[left_out]) {
      rank -= 1;
    } else if (rank == ranks[left_out]) {
      rank -= 0.5;
    }
  }
  return rest;
}

}  // namespace

double PearsonCorrelation(absl::Span<const double> x, absl::Span<const double> y) {
  CHECK_EQ(x.size(), y.size());
  return Varies(x) && Varies(y) ? MomentsOf(x, y).Correlation() : kNaN;
}

double SpearmanCorrelation(absl::Span<const double> x, absl::Span<const double> y) {
  CHECK_EQ(x.size(), y.size());
  return Varies(x) && Varies(y) ? MomentsOf(Ranks(x), Ranks(y)).Correlation() : kNaN;
}

std::vector<double> PearsonWithoutEach(absl::Span<const double> x, absl::Span<const double> y) {
  CHECK_EQ(x.size(), y.size());
  std::vector<double> values(x.size(), kNaN);
  if (!Varies(x) || !Varies(y)) return values;
  const Moments all = MomentsOf(x, y);
  const double n = static_cast<double>(x.size());
  for (size_t e = 0; e < x.size(); ++e) {
    const double dx = x[e] - all.mean_x, dy = y[e] - all.mean_y;
    Moments rest;
    rest.xx = all.xx - n / (n - 1) * dx * dx;
    rest.yy = all.yy - n / (n - 1) * dy * dy;
    rest.xy = all.xy - n / (n - 1) * dx * dy;
    const bool exact = rest.xx > kLeastShareLeft * all.xx && rest.yy > kLeastShareLeft * all.yy;
    values[e] = exact ? rest.Correlation() : PearsonCorrelation(Without(x, e), Without(y, e));
  }
  return values;
}

std::vector<double> SpearmanWithoutEach(absl::Span<const double> x, absl::Span<const double> y) {
  CHECK_EQ(x.size(), y.size());
  std::vector<double> values(x.size(), kNaN);
  if (!Varies(x) || !Varies(y)) return values;
  const std::vector<double> ranks_x = Ranks(x), ranks_y = Ranks(y);
  for (size_t e = 0; e < x.size(); ++e) {
    values[e] = PearsonCorrelation(RanksWithout(ranks_x, e), RanksWithout(ranks_y, e));
  }
  return values;
}

}  // namespace retort
