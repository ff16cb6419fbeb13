#include "framework/report/files/page/chart_data.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "framework/eval/scores/metric_spec.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kFewestSteps = 25;

Json Rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::strtod(absl::StrFormat("%.6g", value).c_str(), nullptr);
}

void AddUnique(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

template <typename Records>
Json Places(const Records& records) {
  Json places = {{"step", Json::array()},
                 {"tokens", Json::array()},
                 {"student_flops", Json::array()},
                 {"total_flops", Json::array()}};
  for (const auto& record : records) {
    places["step"].push_back(record.step);
    places["tokens"].push_back(record.tokens);
    places["student_flops"].push_back(Rounded(record.student_flops));
    places["total_flops"].push_back(Rounded(record.total_flops));
  }
  return places;
}

Json EvaluationsJson(const StageCurves& curves, const std::vector<std::string>& metrics) {
  Json json = Places(curves.evaluations);
  json["metrics"] = Json::object();
  for (const std::string& metric : metrics) {
    Json values = Json::array();
    bool any = false;
    for (const EvaluationRecord& evaluation : curves.evaluations) {
      const auto found = evaluation.metrics.find(metric);
      any |= found != evaluation.metrics.end();
      values.push_back(found != evaluation.metrics.end() ? Rounded(found->second) : Json(nullptr));
    }
    if (any) json["metrics"][metric] = values;
  }
  return json;
}

Json StepsJson(const std::vector<StepRecord>& steps, const std::vector<std::string>& terms) {
  Json json = Places(steps);
  json["terms"] = Json::object();
  for (const std::string& name : terms) {
    Json values = Json::array();
    Json weight;
    for (const StepRecord& step : steps) {
      const auto found = std::find_if(step.terms.begin(), step.terms.end(),
                                      [&name](const TermValue& term) { return term.name == name; });
      values.push_back(found != step.terms.end() ? Rounded(found->value) : Json(nullptr));
      if (found != step.terms.end()) weight = Rounded(found->weight);
    }
    if (!weight.is_null()) json["terms"][name] = {{"weight", weight}, {"values", values}};
  }
  return json;
}

// The first of every so many steps, and the last one.
std::vector<StepRecord> Thinned(const std::vector<StepRecord>& steps, size_t every) {
  std::vector<StepRecord> thinned;
  for (size_t s = 0; s < steps.size(); ++s) {
    if (s % every == 0 || s + 1 == steps.size()) thinned.push_back(steps[s]);
  }
  return thinned;
}

Json CurvesJson(const RunResult& run, const std::vector<std::string>& metrics, const std::vector<std::string>& terms,
                size_t every) {
  Json stages = Json::object();
  for (const StageCurves& curves : run.curves) {
    stages[curves.stage] = {{"evaluations", EvaluationsJson(curves, metrics)},
                            {"steps", StepsJson(Thinned(curves.steps, every), terms)}};
  }
  return {{"seed", run.seed}, {"stages", stages}};
}

template <typename Visit>
void ForEachCurves(const SweepResult& result, Visit visit) {
  for (const RunResult& run : result.runs) {
    for (const StageCurves& curves : run.curves) visit(run, curves);
  }
}

bool HasRecords(const StageCurves& curves) { return !curves.steps.empty() || !curves.evaluations.empty(); }

std::vector<std::string> Terms(const SweepResult& result) {
  std::vector<std::string> terms;
  ForEachCurves(result, [&terms](const RunResult&, const StageCurves& curves) {
    for (const StepRecord& step : curves.steps) {
      for (const TermValue& term : step.terms) AddUnique(term.name, &terms);
    }
  });
  return terms;
}

}  // namespace

std::vector<std::string> MetricsWhileTraining(const SweepResult& result) {
  std::vector<std::string> names;
  ForEachCurves(result, [&names](const RunResult&, const StageCurves& curves) {
    for (const EvaluationRecord& evaluation : curves.evaluations) {
      for (const auto& [name, value] : evaluation.metrics) AddUnique(name, &names);
    }
  });
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    const auto order = [&](const std::string& name) {
      return std::make_pair(name != result.primary_metric, MetricRank(result.metrics, name));
    };
    return order(a) < order(b);
  });
  return names;
}

std::vector<std::string> StagesOfCurves(const SweepResult& result) {
  std::vector<std::string> stages;
  ForEachCurves(result, [&stages](const RunResult&, const StageCurves& curves) {
    if (HasRecords(curves)) AddUnique(curves.stage, &stages);
  });
  return stages;
}

std::vector<std::string> VariantsWithCurves(const SweepResult& result) {
  std::set<std::string> with_curves;
  ForEachCurves(result, [&with_curves](const RunResult& run, const StageCurves& curves) {
    if (HasRecords(curves)) with_curves.insert(run.variant);
  });
  std::vector<std::string> variants;
  for (const VariantInfo& variant : result.variants) {
    if (with_curves.count(variant.name) > 0) variants.push_back(variant.name);
  }
  return variants;
}

std::vector<std::string> EvaluatedOnOtherExamples(const SweepResult& result) {
  std::vector<std::string> variants;
  std::map<std::string, std::string> first;  // By stage.
  ForEachCurves(result, [&](const RunResult& run, const StageCurves& curves) {
    if (curves.evaluations.empty()) return;
    const auto entry = first.emplace(curves.stage, curves.evaluation_examples).first;
    if (entry->second != curves.evaluation_examples) AddUnique(run.variant, &variants);
  });
  return variants;
}

namespace {

std::string ChartText(const SweepResult& result, size_t every) {
  const std::vector<std::string> metrics = MetricsWhileTraining(result);
  const std::vector<std::string> terms = Terms(result);
  Json json = {{"metrics", Json::array()},
               {"terms", terms},
               {"every", every},
               {"stages", StagesOfCurves(result)},
               {"variants", Json::array()}};
  for (const std::string& metric : metrics) {
    const MetricSpec spec = FindMetric(result.metrics, metric);
    json["metrics"].push_back(
        {{"name", metric},
         {"title", spec.unit.value.empty() ? spec.label : absl::StrCat(spec.label, ", ", spec.unit.value)},
         {"scale", spec.unit.scale}});
  }
  const std::vector<std::string> on_others = EvaluatedOnOtherExamples(result);
  for (const std::string& variant : VariantsWithCurves(result)) {
    const auto is_ours = [&](const RunResult& run) { return run.variant == variant; };
    const bool finished = std::any_of(result.runs.begin(), result.runs.end(),
                                      [&](const RunResult& run) { return is_ours(run) && run.error.empty(); });
    Json runs = Json::array();
    for (const RunResult& run : result.runs) {
      if (!is_ours(run) || (finished && !run.error.empty())) continue;
      runs.push_back(CurvesJson(run, metrics, terms, every));
    }
    json["variants"].push_back({{"name", variant},
                                {"base", variant == result.variants.front().name},
                                {"other_examples", std::count(on_others.begin(), on_others.end(), variant) > 0},
                                {"runs", runs}});
  }
  return absl::StrReplaceAll(json.dump(-1, ' ', false, Json::error_handler_t::replace), {{"<", "\\u003c"}});
}

}  // namespace

std::string RenderChartData(const SweepResult& result, size_t most_bytes) {
  size_t longest = 0;
  ForEachCurves(result,
                [&](const RunResult&, const StageCurves& curves) { longest = std::max(longest, curves.steps.size()); });
  size_t every = 1;
  std::string data = ChartText(result, every);
  while (data.size() > most_bytes && longest / (every + 1) >= kFewestSteps) data = ChartText(result, ++every);
  return data;
}

}  // namespace retort
