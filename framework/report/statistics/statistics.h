#ifndef RETORT_FRAMEWORK_REPORT_STATISTICS_STATISTICS_H_
#define RETORT_FRAMEWORK_REPORT_STATISTICS_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/eval/scores/example_scores.h"

// Statistics of a sweep: R seeds x E held-out examples (sequences), all of them scored in every run.
//
// Every function is pure and may be called from any thread.

namespace retort {

// The metric Σ sum / Σ count of one run.
//
// Errors: InvalidArgument if the vectors differ in length, are empty, or Σ count is not positive. A NaN or infinite sum
// is a legitimate result (a student that diverged) and is passed on.
absl::StatusOr<double> RatioOfSums(const ExampleScores& scores);

// One value per example whose mean is exactly RatioOfSums, so that a ratio can be treated as a mean (delta method):
//
//   p_e = m + (sum_e − m · count_e) / c̄,   m = Σ sum / Σ count,   c̄ = Σ count / E
//
// The second summand is the derivative of the ratio with respect to the weight of example e, times E. Errors as
// RatioOfSums.
absl::StatusOr<std::vector<double>> LinearisedValues(const ExampleScores& scores);

// Middle and spread of one metric over the seeds of a variant.
struct Summary {
  int seeds = 0;
  double mean = 0;
  double median = 0;                         // Of an even number of seeds the mean of the two in the middle.
  std::optional<double> standard_deviation;  // Over seeds, divisor R − 1; none with one seed.
};

// REQUIRES: values is not empty.
Summary Summarise(absl::Span<const double> values);

enum class Verdict {
  kUndetermined,  // The interval contains 0.
  kHigher,
  kLower,
  kNoInterval,  // One seed and one example, or values that are not finite: there is nothing to estimate a variance
                // from.
};

// One of the quantiles of Student's t that the half-width of an interval is a weighted sum of.
struct StudentPart {
  double weight = 0;  // At least 0; all parts of an interval add up to 1.
  double degrees_of_freedom = 0;
};

// A variant's metric minus the base's, estimated over seeds and held-out examples.
struct PairedDifference {
  double estimate = 0;
  int seeds = 0;
  int64_t examples = 0;
  double standard_error = 0;
  double degrees_of_freedom = 0;           // Satterthwaite's.
  std::vector<StudentPart> quantile = {};  // The half-width over standard_error; empty without an interval.
  std::optional<double> low, high;         // Ends of the interval; none if nothing can be said.

  Verdict verdict() const;
  // The interval covers another draw of examples only: with one seed, nothing is known of other seeds.
  bool examples_only() const { return seeds == 1; }
  // The interval covers other seeds only: with one value for all examples, nothing is known of others.
  bool seeds_only() const { return examples == 1 && seeds > 1; }
  // Fewer than 5 seeds.
  bool screening() const { return seeds < 5; }
};

// Estimates the mean of d[r][e], the paired difference of seed r on example e (LinearisedValues of
// the variant minus those of the base), when both the seeds and the examples are samples.
//
// Model: d_re = Δ + a_r + b_e + c_re with independent seed effects a, example effects b and interaction c. With one
// value per cell, and mean squares
//
//   MS_A = E · Σ_r (d̄_r. − d̄)² / (R − 1)                          seeds
//   MS_B = R · Σ_e (d̄_.e − d̄)² / (E − 1)                          examples
//   MS_C = Σ_re (d_re − d̄_r. − d̄_.e + d̄)² / ((R − 1)(E − 1))      interaction
//
// the variance of d̄ is σ²_a/R + σ²_b/E + σ²_c/(R·E), estimated without bias by
//
//   Var = s²_seed / R + max(0, v_example − v_interaction)
//   s²_seed       = MS_A / E        variance of the seeds' differences; holds the interaction already
//   v_example     = MS_B / (R·E)    variance of the examples' differences averaged over seeds, over E
//   v_interaction = MS_C / (R·E)    what the interaction alone would put into v_example
//
// (the max costs a little). Satterthwaite's degrees of freedom of that linear combination of mean squares, at least
// R − 1:
//
//   ν = Var² / [ (s²_seed/R)²/(R−1) + v_example²/(E−1) + v_interaction²/((R−1)(E−1)) ]
//
// (the last two only if the max is not 0). Half-width of the interval: q · √Var. With few seeds, Student's quantile
// t(ν) is too small: ν is computed from the same noisy s²_seed, so the interval is shortest just when s²_seed happens
// to be low. Simulated over all mixtures of variances, t(ν) covers down to 0.87 (R = 2), 0.92 (R = 3) and 0.94 (R = 5)
// for a nominal 0.95. The opposite error is made by Cochran's quantile, the mean of t(R−1) and t(E−1) weighted by the
// two parts of Var: 0.95 to 0.98. So
//
//   q = (t(ν) + q_Cochran) / 2 for R >= 3,   q = q_Cochran for R = 2,
//
// which covers 0.94 to 0.97 for R >= 3 and 0.94 to 0.98 for R = 2 (see the test), and tends to t(ν) as R grows.
//
// R = 1: Var = s²_e / E and t(E − 1); the interval then speaks of other examples only. E = 1: Var = s²_seed / R, t(R −
// 1). R = E = 1, or a value that is not finite: no interval.
//
// Errors: InvalidArgument if there are no seeds or examples, rows differ in length, or confidence is not in (0, 1).
absl::StatusOr<PairedDifference> EstimateDifference(absl::Span<const std::vector<double>> d, double confidence = 0.95);

// Estimates the mean over T tasks of the differences d[t][r][e], of the same R seeds and each task's own E_t examples:
// tasks are fixed strata, examples are drawn within each, and a seed has all tasks. With m_r = Σ_t d̄_tr. / T, the
// macro average of seed r, and EstimateDifference's mean squares within each task,
//
//   Δ   = Σ_r m_r / R
//   Var = s²_seed / R + Σ_t max(0, v_example,t − v_interaction,t) / T²
//   s²_seed = Σ_r (m_r − m̄)² / (R − 1)   holds Σ_t of the tasks' interactions, and what a seed does to all tasks
//
//   ν = Var² / [ (s²_seed/R)²/(R−1) + Σ_t (v_example,t² + v_interaction,t²/(R−1)) / (T⁴ (E_t−1)) ]
//
// (tasks whose max is 0 do not count in the last sum), at least R − 1. In Cochran's quantile t(E−1) becomes t of the
// Satterthwaite degrees of freedom of Σ_t max(...)/T² alone. R = 1: Var = Σ_t s²_e,t / (E_t T²) and those. A task with
// E_t = 1 adds to the seeds' part alone; with R = 1 there is no interval then. One task: EstimateDifference.
//
// `examples` of the result counts those of all tasks that have more than one. Errors: as EstimateDifference;
// InvalidArgument if there are no tasks, or they differ in the number of seeds.
absl::StatusOr<PairedDifference> EstimateMacroDifference(absl::Span<const std::vector<std::vector<double>>> d,
                                                         double confidence = 0.95);

// The p-value that belongs to the difference's interval: the largest α whose interval of confidence 1 − α still
// contains 0, so that p < α says the same as an interval without 0. With q(α) = Σ_i weight_i · t(α, ν_i), the quantile
// of that interval, it is the solution of q(α) = |estimate| / standard_error. It lies between the smallest and the
// largest of the tail probabilities P(|t(ν_i)| > |estimate| / standard_error), where it is found by bisection. Values
// below 1e-15 are given as that. REQUIRES: the difference has an interval.
double PValue(const PairedDifference& difference);

// The p-value of two one-sided tests (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15) that the true difference lies
// outside of ±margin: the smallest α whose interval of confidence 1 − 2α lies inside of it. Small values say that the
// difference is as good as none. REQUIRES: the difference has an interval, and margin > 0.
double EquivalencePValue(const PairedDifference& difference, double margin);

// Holm's adjusted p-values (Holm 1979, Scand. J. Statist. 6), in the order of the given ones: with m of them, the i-th
// smallest becomes the largest of (m − j + 1) · p_(j) over j <= i, at most 1. Rejecting where that is below α keeps the
// probability of any false rejection below α, however the tests depend on each other.
std::vector<double> HolmAdjusted(absl::Span<const double> p_values);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_STATISTICS_STATISTICS_H_
