#include "framework/report/analysis/example_gains.h"

#include <cmath>
#include <set>
#include <utility>

#include "framework/eval/scores/example_scores.h"
#include "framework/report/analysis/lookups.h"

namespace retort {
namespace {

const Scores* ScoresOf(const SweepResult& result, const std::string& variant, uint64_t seed,
                       const MetricColumn& column) {
  const RunResult* run = FindRun(result, variant, seed);
  return run == nullptr ? nullptr : FindScores(*run, column);
}

// Scores of the variant and of the base on the same examples, for each seed that both have.
std::vector<std::pair<const ExampleScores*, const ExampleScores*>> Pairs(const SweepResult& result,
                                                                         const std::string& base,
                                                                         const std::string& variant,
                                                                         const MetricColumn& column) {
  std::vector<std::pair<const ExampleScores*, const ExampleScores*>> pairs;
  for (const uint64_t seed : result.seeds) {
    const Scores* ours = ScoresOf(result, variant, seed, column);
    const Scores* theirs = ScoresOf(result, base, seed, column);
    if (ours == nullptr || theirs == nullptr || ours->examples != theirs->examples) continue;
    pairs.emplace_back(&ByExample(*ours, column), &ByExample(*theirs, column));
  }
  return pairs;
}

double ValueOf(const ExampleScores& scores, size_t example) {
  return example < scores.sum.size() && example < scores.count.size() ? scores.sum[example] / scores.count[example]
                                                                      : std::nan("");
}

}  // namespace

const std::vector<ExampleText>* TextsOf(const SweepResult& result, const Analysis& analysis, size_t column) {
  if (!analysis.columns[column].average_of.empty()) return nullptr;
  for (const RunResult* run : RunsOf(result, analysis.base)) {
    const Scores* scores = FindScores(*run, analysis.columns[column]);
    if (scores == nullptr) continue;
    const auto texts = result.texts.find(scores->examples);
    // Metrics that are one value for all examples have no examples to show.
    const size_t examples = ByExample(*scores, analysis.columns[column]).sum.size();
    return texts != result.texts.end() && texts->second.size() == examples ? &texts->second : nullptr;
  }
  return nullptr;
}

std::vector<size_t> ColumnsWithTexts(const SweepResult& result, const Analysis& analysis) {
  std::vector<size_t> columns;
  std::set<std::pair<std::string, std::string>> seen;  // Stage, split.
  for (size_t c = 0; c < analysis.columns.size(); ++c) {
    const MetricColumn& column = analysis.columns[c];
    if (TextsOf(result, analysis, c) == nullptr || !seen.emplace(column.stage, column.split).second) continue;
    columns.push_back(c);
  }
  return columns;
}

std::vector<ExampleGain> GainsOf(const SweepResult& result, const Analysis& analysis, const std::string& variant,
                                 size_t column) {
  std::vector<ExampleGain> gains;
  const std::vector<ExampleText>* texts = TextsOf(result, analysis, column);
  const auto pairs = Pairs(result, analysis.base, variant, analysis.columns[column]);
  if (texts == nullptr || pairs.empty()) return gains;
  for (size_t e = 0; e < texts->size(); ++e) {
    ExampleGain gain{e, 0, 0};
    for (const auto& [ours, theirs] : pairs) {
      gain.variant += ValueOf(*ours, e) / static_cast<double>(pairs.size());
      gain.base += ValueOf(*theirs, e) / static_cast<double>(pairs.size());
    }
    if (std::isfinite(gain.variant) && std::isfinite(gain.base)) gains.push_back(gain);
  }
  return gains;
}

double Gain(const MetricSpec& metric, const ExampleGain& example) {
  const double more = example.variant - example.base;
  return metric.better == Better::kLower ? -more : more;
}

}  // namespace retort
