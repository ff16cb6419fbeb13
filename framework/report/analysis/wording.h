#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_WORDING_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_WORDING_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/statistics/statistics.h"

// Results in words. They never say more than the numbers: every difference comes with its interval, what the interval
// is made from, and the conditions it was measured under. Pure functions.

namespace retort {

// "+0.18 nats (95 % CI 0.16 to 0.21)"; without unit and interval where there is none.
std::string FormatDifference(const MetricSpec& spec, const PairedDifference& difference);

// "+0.18 (0.16 to 0.21)" for the cell of a table, whose header says the rest; "+0.183" where there is no interval.
std::string FormatShortDifference(const MetricSpec& spec, const PairedDifference& difference);

// Decimals of a mean or median over seeds in the unit for readers: what its standard deviation deserves (DecimalsFor).
// Where it has none, or one of 0, those of its neighbours decide: the median of the deviations above 0 of the variants
// in this column, a place in Analysis.columns.
int DecimalsIn(const Analysis& analysis, size_t column, const Summary& summary);

// "4.09 ± 0.02" in the unit for readers, with DecimalsIn; "4.09" without a standard deviation, as of one seed.
std::string FormatMean(const Analysis& analysis, size_t column, const Summary& summary);

// "a, b and c"
std::string List(const std::vector<std::string>& items);

// "3 seeds x 512 sequences; screening"; "3 seeds; screening" where there is one value for all examples together.
std::string FormatEvidence(const MetricSpec& spec, const PairedDifference& difference);

// "no_ce: +0.18 nats (95 % CI 0.16 to 0.21; 3 seeds x 512 sequences; screening), for this teacher, corpus and learning
// rate"; "no_mlm: undetermined, −0.006 nats (95 % CI −0.014 to 0.002; ...)" when the interval contains 0. With one
// seed:
// "(95 % CI 0.16 to 0.21, over sequences only; 1 seed x 512 sequences; screening)", and "over seeds only" with one
// value for all examples. `conditions` may be empty.
std::string DifferenceSentence(absl::string_view variant, const MetricSpec& spec, const PairedDifference& difference,
                               absl::string_view conditions);

// "other examples", "other teacher", "the same experiment", "the same result"; empty where nothing hinders a
// comparison.
std::string FormatIncomparable(Incomparable reason);

// The whole sweep in one sentence on its primary metric: which variants are worse than the base, which better, by how
// much, which are undetermined, and which are not comparable or the same. Differences of one seed say so, each for
// itself where others have more.
std::string Headline(const Analysis& analysis);

// DifferenceSentence of every variant on the primary metric, in the sweep's order. Where two one-sided tests at 5 %,
// which like the intervals are not corrected, say so: "...; equivalent to base within ±0.05 nats".
std::vector<std::string> DescribeAll(const Analysis& analysis, absl::string_view conditions);

// "−2.96 GLUE macro", "77.0 GLUE macro (−2.96)"
std::string FormatPublished(const PublishedResult& published);

// "77", "−2.96": a published number alone, the shortest that reads back.
std::string FormatPublishedNumber(double value, bool with_sign);

// "±0.05 nats". REQUIRES: the analysis has a margin, and columns.
std::string FormatMargin(const Analysis& analysis);

// "same sign", "opposite sign", "undetermined", "equivalent within ±0.5 points"; "a difference, none published" of a
// published 0; "not compared", with the reason behind it where there is one: "not compared: other examples".
std::string FormatEffectVerdict(const Analysis& analysis, const PublishedEffect& effect);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_WORDING_H_
