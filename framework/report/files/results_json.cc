#include "framework/report/files/results_json.h"

#include "absl/strings/str_cat.h"
#include "framework/json/json_number.h"
#include "framework/report/analysis/wording.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

Json Optional(const std::optional<double>& value) { return value.has_value() ? NumberToJson(*value) : Json(nullptr); }

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUndetermined:
      return "undetermined";
    case Verdict::kHigher:
      return "higher";
    case Verdict::kLower:
      return "lower";
    case Verdict::kNoInterval:
      return "no interval";
  }
  return "";
}

const char* BetterName(Better better) {
  return better == Better::kLower ? "lower" : (better == Better::kHigher ? "higher" : "unknown");
}

Json DifferenceJson(const std::string& variant, const MetricSpec& spec, const PairedDifference& d,
                    const std::string& conditions) {
  return {{"estimate", NumberToJson(d.estimate)},
          {"low", Optional(d.low)},
          {"high", Optional(d.high)},
          {"confidence", 0.95},
          {"standard_error", NumberToJson(d.standard_error)},
          {"degrees_of_freedom", NumberToJson(d.degrees_of_freedom)},
          {"seeds", d.seeds},
          {"examples", d.examples},
          {"examples_only", d.examples_only()},
          {"seeds_only", d.seeds_only()},
          {"screening", d.screening()},
          {"verdict", VerdictName(d.verdict())},
          {"words", DifferenceSentence(variant, spec, d, conditions)}};
}

Json BySeed(const std::map<uint64_t, std::string>& texts) {
  Json json = Json::object();
  for (const auto& [seed, text] : texts) json[absl::StrCat(seed)] = text;
  return json;
}

Json MetricJson(const VariantAnalysis& variant, const MetricColumn& column, const VariantMetric& metric,
                const std::string& conditions) {
  Json by_seed = Json::object();
  for (const auto& [seed, value] : metric.by_seed) by_seed[absl::StrCat(seed)] = NumberToJson(value);
  Json json = {{"by_seed", by_seed},
               {"measured_on", BySeed(metric.examples)},
               {"teacher", BySeed(metric.teachers)},
               {"mean", nullptr},
               {"median", nullptr},
               {"sd", nullptr},
               {"difference", nullptr}};
  if (metric.summary.has_value()) {
    json["mean"] = NumberToJson(metric.summary->mean);
    json["median"] = NumberToJson(metric.summary->median);
    json["sd"] = Optional(metric.summary->standard_deviation);
  }
  if (metric.incomparable != Incomparable::kNo) json["not_compared"] = FormatIncomparable(metric.incomparable);
  if (metric.difference.has_value()) {
    json["difference"] = DifferenceJson(variant.name, column.metric, *metric.difference, conditions);
  }
  return json;
}

Json VariantJson(const SweepResult& result, const Analysis& analysis, const VariantAnalysis& variant) {
  Json metrics = Json::array();
  for (size_t m = 0; m < analysis.columns.size(); ++m) {
    metrics.push_back(MetricJson(variant, analysis.columns[m], variant.metrics[m], result.conditions));
  }
  Json folders = Json::object(), stopped_steps = Json::object();
  for (const RunResult& run : result.runs) {
    if (run.variant != variant.name) continue;
    folders[absl::StrCat(run.seed)] = run.folder;
    if (!run.stopped_steps.empty()) stopped_steps[absl::StrCat(run.seed)] = run.stopped_steps;
  }
  return {{"name", variant.name},
          {"change", variant.change},
          {"finished_runs", variant.finished_runs},
          {"failures", variant.failures},
          {"parameters", variant.parameters},
          {"tokens", NumberToJson(variant.tokens)},
          {"padding_share", NumberToJson(variant.padding_share)},
          {"student_flops", NumberToJson(variant.student_flops)},
          {"total_flops", NumberToJson(variant.total_flops)},
          {"seconds", NumberToJson(variant.seconds)},
          {"teacher_parameters", variant.teacher_parameters},
          {"clipped_share", NumberToJson(variant.clipped_share)},
          {"metrics", metrics},
          {"stopped_steps", stopped_steps},
          {"folders", folders}};
}

Json TeacherJson(const TeacherAnalysis& teacher) {
  Json values = Json::array(), deviations = Json::array();
  for (const TeacherMetric& metric : teacher.metrics) {
    values.push_back(metric.summary ? NumberToJson(metric.summary->mean) : Json(nullptr));
    deviations.push_back(metric.summary ? Optional(metric.summary->standard_deviation) : Json(nullptr));
  }
  return {{"name", teacher.name},
          {"values", values},
          {"sds", deviations},
          {"identities", teacher.identities},
          {"parameters", teacher.parameters}};
}

Json PublishedJson(const PublishedResult& published) {
  return {{"variant", published.variant},       {"metric", published.metric},   {"value", Optional(published.value)},
          {"delta", Optional(published.delta)}, {"answers", published.answers}, {"source", published.source}};
}

const char* EffectName(EffectVerdict verdict) {
  switch (verdict) {
    case EffectVerdict::kNotCompared:
      return "not compared";
    case EffectVerdict::kUndetermined:
      return "undetermined";
    case EffectVerdict::kSameSign:
      return "same sign";
    case EffectVerdict::kOppositeSign:
      return "opposite sign";
    case EffectVerdict::kPublishedAsNone:
      return "published as none";
    case EffectVerdict::kEquivalent:
      return "equivalent";
  }
  return "";
}

// The difference itself is in the variant's metrics.
Json EffectJson(const Analysis& analysis, const PublishedEffect& effect) {
  return {{"variant", effect.published.variant},
          {"metric", effect.published.metric},
          {"delta", Optional(effect.published.delta)},
          {"source", effect.published.source},
          {"answering_metric", effect.column ? Json(analysis.columns[*effect.column].metric.name) : Json(nullptr)},
          {"p_holm", Optional(effect.p_value)},
          {"equivalence_p_holm", Optional(effect.equivalence_p_value)},
          {"verdict", EffectName(effect.verdict)},
          {"words", FormatEffectVerdict(analysis, effect)}};
}

Json TuningJson(const TunedStage& tuned) {
  Json points = Json::array();
  for (const TunedStage::Point& point : tuned.points) {
    points.push_back({{"setting", point.setting}, {"score", Optional(point.score)}});
    if (!point.error.empty()) points.back()["error"] = point.error;
  }
  return {{"variant", tuned.variant},    {"stage", tuned.stage}, {"split", tuned.split},  {"seed", tuned.seed},
          {"metric", tuned.metric.name}, {"points", points},     {"chosen", tuned.chosen}};
}

}  // namespace

std::string RenderResultsJson(const SweepResult& result, const Analysis& analysis) {
  Json json = {{"name", result.name},   {"headline", Headline(analysis)},          {"conditions", result.conditions},
               {"base", analysis.base}, {"primary_metric", result.primary_metric}, {"seeds", result.seeds}};
  json["metrics"] = Json::array();
  for (const MetricColumn& column : analysis.columns) {
    json["metrics"].push_back({{"stage", column.stage},
                               {"split", column.split},
                               {"metric", column.metric.name},
                               {"label", column.metric.label},
                               {"better", BetterName(column.metric.better)}});
    if (!column.average_of.empty()) json["metrics"].back()["average_of"] = column.average_of;
  }
  json["variants"] = Json::array();
  for (const VariantAnalysis& variant : analysis.variants) {
    json["variants"].push_back(VariantJson(result, analysis, variant));
  }
  json["teachers"] = Json::array();
  for (const TeacherAnalysis& teacher : analysis.teachers) json["teachers"].push_back(TeacherJson(teacher));
  json["published"] = Json::array();
  for (const PublishedResult& published : result.published) json["published"].push_back(PublishedJson(published));
  json["margin"] = Optional(analysis.margin);
  json["effects"] = Json::array();
  for (const PublishedEffect& effect : analysis.effects) json["effects"].push_back(EffectJson(analysis, effect));
  json["tuning"] = Json::array();
  for (const TunedStage& tuned : result.tuning) json["tuning"].push_back(TuningJson(tuned));
  json["settings"] = Json::array();
  for (const Setting& setting : result.settings) {
    json["settings"].push_back({{"path", setting.path}, {"values", setting.values}});
  }
  json["warnings"] = analysis.warnings;
  json["run"] = {
      {"date", result.run.date}, {"command", result.run.command}, {"seconds", NumberToJson(result.run.seconds)}};
  json["environment"] = result.environment;
  json["resolved_config"] = result.resolved_config;
  return absl::StrCat(json.dump(1, ' ', false, Json::error_handler_t::replace), "\n");
}

}  // namespace retort
