#include "framework/report/files/page/chart_data.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "framework/eval/scores/metric_spec.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

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

Json EvaluationsJson(const RunResult& run, const std::vector<std::string>& metrics) {
  Json json = Places(run.evaluations);
  json["metrics"] = Json::object();
  for (const std::string& metric : metrics) {
    Json values = Json::array();
    bool any = false;
    for (const EvaluationRecord& evaluation : run.evaluations) {
      const auto found = evaluation.metrics.find(metric);
      any |= found != evaluation.metrics.end();
      values.push_back(found != evaluation.metrics.end() ? Rounded(found->second) : Json(nullptr));
    }
    if (any) json["metrics"][metric] = values;
  }
  return json;
}

Json StepsJson(const RunResult& run, const std::vector<std::string>& terms) {
  Json json = Places(run.steps);
  json["terms"] = Json::object();
  for (const std::string& name : terms) {
    Json values = Json::array();
    Json weight;
    for (const StepRecord& step : run.steps) {
      const auto found = std::find_if(step.terms.begin(), step.terms.end(),
                                      [&name](const TermValue& term) { return term.name == name; });
      values.push_back(found != step.terms.end() ? Rounded(found->value) : Json(nullptr));
      if (found != step.terms.end()) weight = Rounded(found->weight);
    }
    if (!weight.is_null()) json["terms"][name] = {{"weight", weight}, {"values", values}};
  }
  return json;
}

std::vector<std::string> MetricsWhileTraining(const SweepResult& result) {
  std::vector<std::string> names;
  for (const RunResult& run : result.runs) {
    for (const EvaluationRecord& evaluation : run.evaluations) {
      for (const auto& [name, value] : evaluation.metrics) AddUnique(name, &names);
    }
  }
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    const auto order = [&](const std::string& name) {
      return std::make_pair(name != result.primary_metric, MetricRank(result.metrics, name));
    };
    return order(a) < order(b);
  });
  return names;
}

}  // namespace

std::vector<std::string> EvaluatedOnOtherExamples(const SweepResult& result) {
  std::vector<std::string> variants;
  const RunResult* first = nullptr;
  for (const RunResult& run : result.runs) {
    if (run.evaluations.empty()) continue;
    if (first == nullptr) first = &run;
    if (run.evaluation_examples != first->evaluation_examples) AddUnique(run.variant, &variants);
  }
  return variants;
}

std::string RenderChartData(const SweepResult& result) {
  const std::vector<std::string> metrics = MetricsWhileTraining(result);
  std::vector<std::string> terms;
  for (const RunResult& run : result.runs) {
    for (const StepRecord& step : run.steps) {
      for (const TermValue& term : step.terms) AddUnique(term.name, &terms);
    }
  }
  Json json = {{"metrics", Json::array()}, {"terms", terms}, {"variants", Json::array()}};
  for (const std::string& metric : metrics) {
    const MetricSpec spec = FindMetric(result.metrics, metric);
    json["metrics"].push_back(
        {{"name", metric},
         {"title", spec.unit.value.empty() ? spec.label : absl::StrCat(spec.label, ", ", spec.unit.value)},
         {"scale", spec.unit.scale}});
  }
  const std::vector<std::string> on_others = EvaluatedOnOtherExamples(result);
  for (const VariantInfo& variant : result.variants) {
    const auto is_ours = [&](const RunResult& run) { return run.variant == variant.name; };
    const bool finished = std::any_of(result.runs.begin(), result.runs.end(),
                                      [&](const RunResult& run) { return is_ours(run) && run.error.empty(); });
    Json runs = Json::array();
    for (const RunResult& run : result.runs) {
      if (!is_ours(run) || (finished && !run.error.empty())) continue;
      runs.push_back(
          {{"seed", run.seed}, {"evaluations", EvaluationsJson(run, metrics)}, {"steps", StepsJson(run, terms)}});
    }
    json["variants"].push_back({{"name", variant.name},
                                {"base", variant.name == result.variants.front().name},
                                {"other_examples", std::count(on_others.begin(), on_others.end(), variant.name) > 0},
                                {"runs", runs}});
  }
  return absl::StrReplaceAll(json.dump(-1, ' ', false, Json::error_handler_t::replace), {{"<", "\\u003c"}});
}

}  // namespace retort
