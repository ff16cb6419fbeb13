#include "framework/report/watch/stage_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/json/json_number.h"
#include "framework/json/sealed_json.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;  // Terms keep their order.

// Reads fields of one line; a missing or foreign one makes the line bad.
class LineReader {
 public:
  explicit LineReader(const Json& json) : json_(json), good_(json.is_object()) {}

  bool good() const { return good_; }
  int64_t Integer(const char* name) {
    const Json* value = Find(name, [](const Json& v) { return v.is_number_integer(); });
    return value != nullptr ? value->get<int64_t>() : 0;
  }
  bool Boolean(const char* name) {
    const Json* value = Find(name, [](const Json& v) { return v.is_boolean(); });
    return value != nullptr && value->get<bool>();
  }
  double Number(const char* name) {
    const Json* value = Find(name, [](const Json& v) { return NumberFromJson(v).has_value(); });
    return value != nullptr ? *NumberFromJson(*value) : std::numeric_limits<double>::quiet_NaN();
  }
  const Json* Object(const char* name) {
    return Find(name, [](const Json& v) { return v.is_object(); });
  }
  void Merge(const LineReader& part) { good_ = good_ && part.good_; }

 private:
  template <typename Holds>
  const Json* Find(const char* name, Holds holds) {
    if (!good_) return nullptr;
    const auto found = json_.find(name);
    good_ = found != json_.end() && holds(*found);
    return good_ ? &*found : nullptr;
  }

  const Json& json_;
  bool good_;
};

template <typename Record>
void ReadPlace(LineReader* reader, Record* record) {
  record->step = reader->Integer("step");
  record->tokens = reader->Integer("tokens");
  record->student_flops = reader->Number("student_flops");
  record->total_flops = reader->Number("total_flops");
}

bool ReadEvaluation(const Json& json, EvaluationRecord* record) {
  LineReader reader(json);
  ReadPlace(&reader, record);
  const Json* metrics = reader.Object("metrics");
  if (metrics == nullptr) return false;
  LineReader values(*metrics);
  for (const auto& [name, unused] : metrics->items()) record->metrics[name] = values.Number(name.c_str());
  return reader.good() && values.good();
}

bool ReadStep(const Json& json, StepRecord* record) {
  LineReader reader(json);
  ReadPlace(&reader, record);
  record->loss = reader.Number("loss");
  record->gradient_norm = reader.Number("gradient_norm");
  record->clipped = reader.Boolean("clipped");
  record->learning_rate = reader.Number("learning_rate");
  record->tokens_per_second = reader.Number("tokens_per_second");
  const Json* terms = reader.Object("terms");
  if (terms == nullptr) return false;
  for (const auto& [name, values] : terms->items()) {
    LineReader term(values);
    record->terms.push_back({name, term.Number("weight"), term.Number("value"), term.Number("count")});
    reader.Merge(term);
  }
  return reader.good();
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<StepRecord> Thin(std::vector<StepRecord> steps, size_t most_steps) {
  if (steps.size() <= most_steps) return steps;
  const size_t stride = (steps.size() + most_steps - 1) / most_steps;
  std::vector<StepRecord> kept;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i % stride == 0 || i + 1 == steps.size()) kept.push_back(std::move(steps[i]));
  }
  return kept;
}

void Summarise(const std::vector<StepRecord>& steps, StageMetrics* metrics) {
  if (steps.empty()) return;
  metrics->tokens = steps.back().tokens;
  metrics->student_flops = steps.back().student_flops;
  metrics->total_flops = steps.back().total_flops;
  std::vector<double> speeds;
  int64_t clipped = 0;
  for (const StepRecord& step : steps) {
    if (std::isfinite(step.tokens_per_second)) speeds.push_back(step.tokens_per_second);
    clipped += step.clipped;
  }
  metrics->tokens_per_second = Median(std::move(speeds));
  metrics->clipped_share = static_cast<double>(clipped) / static_cast<double>(steps.size());
}

}  // namespace

absl::StatusOr<StageMetrics> ParseMetricsLog(absl::string_view jsonl, int most_steps) {
  CHECK_GE(most_steps, 2);
  StageMetrics metrics;
  std::vector<StepRecord> steps;
  int line_number = 0;
  std::string check;
  for (const absl::string_view line : absl::StrSplit(jsonl, '\n')) {
    ++line_number;
    if (line.empty()) continue;
    Json json = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
    check = Unseal(&json, check);
    bool good = !check.empty();
    if (good && json.contains("metrics")) {
      metrics.evaluations.emplace_back();
      good = ReadEvaluation(json, &metrics.evaluations.back());
    } else if (good) {
      steps.emplace_back();
      good = ReadStep(json, &steps.back());
    }
    if (!good) {
      return absl::InvalidArgumentError(absl::StrCat("metrics log, line ", line_number,
                                                     ": want a step or an evaluation as it was written, got ",
                                                     line.substr(0, 80)));
    }
  }
  Summarise(steps, &metrics);
  metrics.steps = Thin(std::move(steps), static_cast<size_t>(most_steps));
  return metrics;
}

void FillFromStage(const std::string& stage, const std::string& evaluation_split, StageMetrics metrics,
                   RunResult* run) {
  run->curve_stage = stage;
  run->evaluation_split = evaluation_split;
  run->tokens = metrics.tokens;
  run->student_flops = metrics.student_flops;
  run->total_flops = metrics.total_flops;
  run->tokens_per_second = metrics.tokens_per_second;
  run->clipped_share = metrics.clipped_share;
  run->steps = std::move(metrics.steps);
  run->evaluations = std::move(metrics.evaluations);
}

}  // namespace retort
