#include "framework/report/analysis/published_effects.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "framework/eval/scores/metric_spec.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

constexpr double kAlpha = 0.05;

PublishedEffect FindEffect(const SweepResult& result, const Analysis& analysis, const PublishedResult& published) {
  PublishedEffect effect;
  effect.published = published;
  for (size_t v = 0; v < analysis.variants.size(); ++v) {
    if (analysis.variants[v].name == published.variant) effect.variant = v;
  }
  const std::string& metric = published.answers.empty() ? result.primary_metric : published.answers;
  const auto column = std::find_if(analysis.columns.begin(), analysis.columns.end(),
                                   [&](const MetricColumn& c) { return c.metric.name == metric; });
  if (column != analysis.columns.end()) effect.column = static_cast<size_t>(column - analysis.columns.begin());
  return effect;
}

// The difference that answers to an effect, if it has an interval.
const PairedDifference* TestedDifference(const Analysis& analysis, const PublishedEffect& effect) {
  const VariantMetric* metric = AnsweringMetric(analysis, effect);
  const bool tested = metric != nullptr && metric->difference.has_value() && metric->difference->low.has_value();
  return tested ? &*metric->difference : nullptr;
}

// The p-values of an effect, before they are adjusted.
void Test(const Analysis& analysis, PublishedEffect* effect) {
  const PairedDifference* difference = TestedDifference(analysis, *effect);
  if (difference == nullptr) return;
  effect->p_value = PValue(*difference);
  const std::optional<double> margin = MarginOf(analysis, *effect->column);
  if (margin) effect->equivalence_p_value = EquivalencePValue(*difference, *margin);
}

using Contrast = std::pair<size_t, std::optional<size_t>>;  // Variant and column.

Contrast ContrastOf(const PublishedEffect& effect) { return {effect.variant, effect.column}; }

// Adjusts one kind of p-values over contrasts; those without one count as 1.
void Adjust(std::optional<double> PublishedEffect::*p_value, std::vector<PublishedEffect>* effects) {
  std::map<Contrast, double> by_contrast;
  for (const PublishedEffect& effect : *effects) by_contrast[ContrastOf(effect)] = (effect.*p_value).value_or(1);
  std::vector<double> p_values;
  for (const auto& [contrast, p] : by_contrast) p_values.push_back(p);
  const std::vector<double> adjusted = HolmAdjusted(p_values);
  size_t next = 0;
  for (auto& [contrast, p] : by_contrast) p = adjusted[next++];
  for (PublishedEffect& effect : *effects) {
    if ((effect.*p_value).has_value()) effect.*p_value = by_contrast[ContrastOf(effect)];
  }
}

EffectVerdict Judge(const Analysis& analysis, const PublishedEffect& effect) {
  if (!effect.p_value) return EffectVerdict::kNotCompared;
  if (effect.equivalence_p_value.value_or(1) < kAlpha) return EffectVerdict::kEquivalent;
  if (*effect.p_value >= kAlpha) return EffectVerdict::kUndetermined;
  if (*effect.published.delta == 0) return EffectVerdict::kPublishedAsNone;
  const bool lower_is_better = analysis.columns[*effect.column].metric.better == Better::kLower;
  const bool better = (TestedDifference(analysis, effect)->estimate < 0) == lower_is_better;
  return better == (*effect.published.delta > 0) ? EffectVerdict::kSameSign : EffectVerdict::kOppositeSign;
}

}  // namespace

const VariantMetric* AnsweringMetric(const Analysis& analysis, const PublishedEffect& effect) {
  return effect.column ? &analysis.variants[effect.variant].metrics[*effect.column] : nullptr;
}

std::optional<double> MarginOf(const Analysis& analysis, size_t column) {
  if (!analysis.margin) return std::nullopt;
  const MetricUnit& unit = analysis.columns[column].metric.unit;
  const MetricUnit& of_primary = analysis.columns.front().metric.unit;
  if (unit.scale != of_primary.scale || unit.of_differences != of_primary.of_differences) return std::nullopt;
  return *analysis.margin / unit.scale;
}

void AddPublishedEffects(const SweepResult& result, Analysis* analysis) {
  const bool measured = !analysis->columns.empty() && analysis->columns.front().metric.name == result.primary_metric;
  if (measured) analysis->margin = result.margin;
  for (const PublishedResult& published : result.published) {
    if (!published.delta) continue;
    analysis->effects.push_back(FindEffect(result, *analysis, published));
    Test(*analysis, &analysis->effects.back());
  }
  std::set<Contrast> contrasts;
  for (const PublishedEffect& effect : analysis->effects) contrasts.insert(ContrastOf(effect));
  analysis->contrasts = contrasts.size();
  Adjust(&PublishedEffect::p_value, &analysis->effects);
  Adjust(&PublishedEffect::equivalence_p_value, &analysis->effects);
  for (PublishedEffect& effect : analysis->effects) effect.verdict = Judge(*analysis, effect);
}

}  // namespace retort
