#include "framework/report/analysis/wording.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/format.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

std::string WithUnit(const std::string& number, const std::string& unit) {
  return unit.empty() ? number : absl::StrCat(number, " ", unit);
}

std::string Counted(int64_t n, absl::string_view noun) { return absl::StrCat(n, " ", noun, n == 1 ? "" : "s"); }

FormattedInterval Scaled(const MetricSpec& spec, const PairedDifference& d) {
  return FormatInterval(spec.unit.scale * d.estimate, spec.unit.scale * *d.low, spec.unit.scale * *d.high);
}

std::string Estimate(const MetricSpec& spec, const PairedDifference& d) {
  const std::string number =
      d.low.has_value() ? Scaled(spec, d).estimate : FormatFixed(spec.unit.scale * d.estimate, DecimalsFor(0), true);
  return WithUnit(number, spec.unit.of_differences);
}

std::string Interval(const MetricSpec& spec, const PairedDifference& d) {
  if (!d.low.has_value()) return "no interval";
  const FormattedInterval interval = Scaled(spec, d);
  return absl::StrCat("95 % CI ", interval.low, " to ", interval.high,
                      d.examples_only() ? absl::StrCat(", over ", spec.example, "s only") : "",
                      d.seeds_only() ? ", over seeds only" : "");
}

// How many seeds the differences of the primary metric come from: the fewest and the most. Without differences, those
// of the base.
struct SeedRange {
  int fewest = 0, most = 0;

  bool one() const { return most == 1; }
  bool some_one() const { return fewest == 1 && most > 1; }
};

SeedRange SeedsOfDifferences(const Analysis& analysis) {
  SeedRange range;
  for (const VariantAnalysis& variant : analysis.variants) {
    const std::optional<PairedDifference>& difference = variant.metrics.front().difference;
    if (!difference.has_value()) continue;
    range.fewest = range.most == 0 ? difference->seeds : std::min(range.fewest, difference->seeds);
    range.most = std::max(range.most, difference->seeds);
  }
  const std::optional<Summary>& base = analysis.variants.front().metrics.front().summary;
  if (range.most == 0 && base.has_value()) range = {base->seeds, base->seeds};
  return range;
}

struct Groups {
  // By falling size of the difference, so that the sentence starts with what matters most.
  std::multimap<double, std::string, std::greater<>> worse, better, changed;
  std::vector<std::string> undetermined, without_interval, unmeasured, incomparable, same, same_result;
};

std::vector<std::string> Values(const std::multimap<double, std::string, std::greater<>>& by_size) {
  std::vector<std::string> values;
  for (const auto& [size, value] : by_size) values.push_back(value);
  return values;
}

// Args: say_one_seed: of a difference that comes from one.
void Sort(const VariantAnalysis& variant, const MetricSpec& spec, bool say_one_seed, Groups* groups) {
  const VariantMetric& metric = variant.metrics.front();
  if (metric.incomparable == Incomparable::kSameExperiment) {
    groups->same.push_back(variant.name);
    return;
  }
  if (metric.incomparable == Incomparable::kSameResult) {
    groups->same_result.push_back(variant.name);
    return;
  }
  if (metric.incomparable != Incomparable::kNo) {
    groups->incomparable.push_back(absl::StrCat(variant.name, " (", FormatIncomparable(metric.incomparable), ")"));
    return;
  }
  if (!metric.difference.has_value() || !std::isfinite(metric.difference->estimate)) {
    groups->unmeasured.push_back(variant.name);
    return;
  }
  const PairedDifference& d = *metric.difference;
  const bool one_seed = say_one_seed && d.seeds == 1;
  const std::string item = absl::StrCat(variant.name, " (", Estimate(spec, d), one_seed ? ", one seed)" : ")");
  switch (d.verdict()) {
    case Verdict::kUndetermined:
      groups->undetermined.push_back(absl::StrCat(variant.name, one_seed ? " (one seed)" : ""));
      break;
    case Verdict::kNoInterval:
      groups->without_interval.push_back(item);
      break;
    case Verdict::kHigher:
    case Verdict::kLower:
      if (spec.better == Better::kUnknown) {
        groups->changed.emplace(std::abs(d.estimate), item);
      } else {
        const bool better = (d.verdict() == Verdict::kHigher) == (spec.better == Better::kHigher);
        (better ? groups->better : groups->worse).emplace(std::abs(d.estimate), item);
      }
      break;
  }
}

// "; equivalent to base within ±0.05 nats" of a difference of the primary metric; empty where that is not so.
std::string Equivalence(const Analysis& analysis, const PairedDifference& difference) {
  const std::optional<double> margin = MarginOf(analysis, 0);
  if (!margin || !difference.low || EquivalencePValue(difference, *margin) >= 0.05) return "";
  return absl::StrCat("; equivalent to ", analysis.base, " within ", FormatMargin(analysis));
}

// The median of the standard deviations above 0 of the variants in a column, in the metric's own unit; 0 without any.
double TypicalDeviation(const Analysis& analysis, size_t column) {
  std::vector<double> deviations;
  for (const VariantAnalysis& variant : analysis.variants) {
    const std::optional<Summary>& summary = variant.metrics[column].summary;
    const double deviation = summary ? summary->standard_deviation.value_or(0) : 0;
    if (deviation > 0) deviations.push_back(deviation);
  }
  return deviations.empty() ? 0 : Summarise(deviations).median;
}

std::string WhyNotCompared(const Analysis& analysis, const PublishedEffect& effect) {
  const VariantMetric* metric = AnsweringMetric(analysis, effect);
  if (metric == nullptr) return "not measured";
  if (analysis.variants[effect.variant].is_base) return "the base itself";
  if (metric->difference.has_value()) return "no interval";
  if (metric->incomparable == Incomparable::kNo && !metric->summary.has_value()) return "not measured";
  if (!analysis.variants.front().metrics[*effect.column].summary.has_value()) return "the base was not measured";
  return FormatIncomparable(metric->incomparable);
}

}  // namespace

std::string List(const std::vector<std::string>& items) {
  if (items.size() < 2) return absl::StrJoin(items, "");
  return absl::StrCat(absl::StrJoin(items.begin(), items.end() - 1, ", "), " and ", items.back());
}

std::string FormatDifference(const MetricSpec& spec, const PairedDifference& difference) {
  return absl::StrCat(Estimate(spec, difference), " (", Interval(spec, difference), ")");
}

std::string FormatShortDifference(const MetricSpec& spec, const PairedDifference& difference) {
  if (!difference.low.has_value()) return FormatFixed(spec.unit.scale * difference.estimate, DecimalsFor(0), true);
  const FormattedInterval interval = Scaled(spec, difference);
  return absl::StrCat(interval.estimate, " (", interval.low, " to ", interval.high, ")");
}

int DecimalsIn(const Analysis& analysis, size_t column, const Summary& summary) {
  const double own = summary.standard_deviation.value_or(0);
  return DecimalsFor(analysis.columns[column].metric.unit.scale * (own > 0 ? own : TypicalDeviation(analysis, column)));
}

std::string FormatMean(const Analysis& analysis, size_t column, const Summary& summary) {
  const double scale = analysis.columns[column].metric.unit.scale;
  const int decimals = DecimalsIn(analysis, column, summary);
  const std::string mean = FormatFixed(scale * summary.mean, decimals);
  if (!summary.standard_deviation) return mean;
  return absl::StrCat(mean, " ± ", FormatFixed(scale * *summary.standard_deviation, decimals));
}

std::string FormatEvidence(const MetricSpec& spec, const PairedDifference& difference) {
  const std::string examples =
      difference.examples > 1 ? absl::StrCat(" x ", Counted(difference.examples, spec.example)) : "";
  return absl::StrCat(Counted(difference.seeds, "seed"), examples, difference.screening() ? "; screening" : "");
}

std::string DifferenceSentence(absl::string_view variant, const MetricSpec& spec, const PairedDifference& difference,
                               absl::string_view conditions) {
  const bool undetermined = difference.verdict() == Verdict::kUndetermined;
  return absl::StrCat(variant, ": ", undetermined ? "undetermined, " : "", Estimate(spec, difference), " (",
                      Interval(spec, difference), "; ", FormatEvidence(spec, difference), ")",
                      conditions.empty() ? "" : ", for ", conditions);
}

std::string FormatIncomparable(Incomparable reason) {
  switch (reason) {
    case Incomparable::kNo:
      return "";
    case Incomparable::kSameExperiment:
      return "the same experiment";
    case Incomparable::kSameResult:
      return "the same result";
    case Incomparable::kExamples:
      return "other examples";
    case Incomparable::kTeacher:
      return "other teacher";
  }
  return "";
}

// Of a base that has no value of the first column.
std::string WithoutBase(const VariantAnalysis* base, const MetricColumn& column) {
  const auto was_scored = [](const VariantMetric& metric) { return metric.summary.has_value(); };
  const bool on_others = base != nullptr && std::any_of(base->metrics.begin(), base->metrics.end(), was_scored);
  return absl::StrCat("The base was not scored on ", column.title, ", so no variant can be compared",
                      on_others ? " by that; the table compares what it was scored on." : ".");
}

std::string Headline(const Analysis& analysis) {
  if (analysis.columns.empty()) return "No run of this sweep was scored.";
  const MetricColumn& column = analysis.columns.front();
  const SeedRange seeds = SeedsOfDifferences(analysis);
  Groups groups;
  const VariantAnalysis* base = nullptr;
  for (const VariantAnalysis& variant : analysis.variants) {
    if (variant.is_base) {
      base = &variant;
    } else {
      Sort(variant, column.metric, seeds.some_one(), &groups);
    }
  }
  if (base == nullptr || !base->metrics.front().summary.has_value()) return WithoutBase(base, column);
  const Summary& summary = *base->metrics.front().summary;
  const int decimals = DecimalsIn(analysis, /*column=*/0, summary);
  const std::string value =
      WithUnit(FormatFixed(column.metric.unit.scale * summary.mean, decimals), column.metric.unit.value);
  std::vector<std::string> clauses;
  const auto add = [&clauses](const std::vector<std::string>& items, absl::string_view one, absl::string_view many) {
    if (!items.empty()) clauses.push_back(absl::StrCat(List(items), " ", items.size() == 1 ? one : many));
  };
  add(Values(groups.worse), "is worse", "are worse");
  add(Values(groups.better), "is better", "are better");
  add(Values(groups.changed), "differs", "differ");
  add(groups.undetermined, "cannot be told from it", "cannot be told from it");
  add(groups.without_interval, "has no interval", "have no interval");
  add(groups.unmeasured, "could not be compared", "could not be compared");
  add(groups.incomparable, "is not comparable", "are not comparable");
  add(groups.same, "is the same experiment", "are the same experiment");
  add(groups.same_result, "has the same result", "have the same result");
  const std::string subject = absl::StrCat(analysis.base, " (", column.title, " ", value, ")");
  if (clauses.empty()) return absl::StrCat("Only ", subject, " was run.");
  return absl::StrCat("Against ", subject, ", ", absl::StrJoin(clauses, "; "), ".",
                      seeds.one() ? " One seed: nothing is known of other seeds." : "");
}

std::vector<std::string> DescribeAll(const Analysis& analysis, absl::string_view conditions) {
  std::vector<std::string> sentences;
  if (analysis.columns.empty()) return sentences;
  for (const VariantAnalysis& variant : analysis.variants) {
    const std::optional<PairedDifference>& difference = variant.metrics.front().difference;
    if (!difference.has_value()) continue;
    sentences.push_back(
        absl::StrCat(DifferenceSentence(variant.name, analysis.columns.front().metric, *difference, conditions),
                     Equivalence(analysis, *difference)));
  }
  return sentences;
}

std::string FormatPublishedNumber(double value, bool with_sign) {
  return absl::StrCat(value < 0 ? "−" : (with_sign && value > 0 ? "+" : ""), ExactNumber(std::abs(value)));
}

std::string FormatPublished(const PublishedResult& published) {
  if (published.value.has_value()) {
    const std::string delta = published.delta.has_value()
                                  ? absl::StrCat(" (", FormatPublishedNumber(*published.delta, true), ")")
                                  : std::string();
    return absl::StrCat(WithUnit(FormatPublishedNumber(*published.value, false), published.metric), delta);
  }
  return published.delta.has_value() ? WithUnit(FormatPublishedNumber(*published.delta, true), published.metric) : "";
}

std::string FormatMargin(const Analysis& analysis) {
  return absl::StrCat("±",
                      WithUnit(ExactNumber(*analysis.margin), analysis.columns.front().metric.unit.of_differences));
}

std::string FormatEffectVerdict(const Analysis& analysis, const PublishedEffect& effect) {
  switch (effect.verdict) {
    case EffectVerdict::kNotCompared: {
      const std::string reason = WhyNotCompared(analysis, effect);
      return reason.empty() ? "not compared" : absl::StrCat("not compared: ", reason);
    }
    case EffectVerdict::kUndetermined:
      return "undetermined";
    case EffectVerdict::kSameSign:
      return "same sign";
    case EffectVerdict::kOppositeSign:
      return "opposite sign";
    case EffectVerdict::kPublishedAsNone:
      return "a difference, none published";
    case EffectVerdict::kEquivalent:
      return absl::StrCat("equivalent within ", FormatMargin(analysis));
  }
  return "";
}

}  // namespace retort
