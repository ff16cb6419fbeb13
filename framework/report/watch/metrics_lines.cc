#include "framework/report/watch/metrics_lines.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/json/json_number.h"
#include "framework/json/sealed_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;  // Terms keep their order.

// Reads fields of one line; a missing or foreign one makes the line bad.
class FieldReader {
 public:
  explicit FieldReader(const Json& json) : json_(json), good_(json.is_object()) {}

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
  void Merge(const FieldReader& part) { good_ = good_ && part.good_; }

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
void ReadPlace(FieldReader* reader, Record* record) {
  record->step = reader->Integer("step");
  record->tokens = reader->Integer("tokens");
  record->student_flops = reader->Number("student_flops");
  record->total_flops = reader->Number("total_flops");
}

bool ReadEvaluation(const Json& json, EvaluationRecord* record) {
  FieldReader reader(json);
  ReadPlace(&reader, record);
  const Json* metrics = reader.Object("metrics");
  if (metrics == nullptr) return false;
  FieldReader values(*metrics);
  for (const auto& [name, unused] : metrics->items()) record->metrics[name] = values.Number(name.c_str());
  record->out_of_patience = json.contains("out_of_patience");
  return reader.good() && values.good();
}

bool ReadStep(const Json& json, StepRecord* record) {
  FieldReader reader(json);
  ReadPlace(&reader, record);
  record->loss = reader.Number("loss");
  record->gradient_norm = reader.Number("gradient_norm");
  record->clipped = reader.Boolean("clipped");
  record->learning_rate = reader.Number("learning_rate");
  record->tokens_per_second = reader.Number("tokens_per_second");
  const Json* terms = reader.Object("terms");
  if (terms == nullptr) return false;
  for (const auto& [name, values] : terms->items()) {
    FieldReader term(values);
    record->terms.push_back({name, term.Number("weight"), term.Number("value"), term.Number("count")});
    reader.Merge(term);
  }
  return reader.good();
}

std::optional<MetricsRecord> ReadRecord(const Json& json) {
  if (json.contains("metrics")) {
    EvaluationRecord evaluation;
    return ReadEvaluation(json, &evaluation) ? std::optional<MetricsRecord>(std::move(evaluation)) : std::nullopt;
  }
  StepRecord step;
  return ReadStep(json, &step) ? std::optional<MetricsRecord>(std::move(step)) : std::nullopt;
}

}  // namespace

absl::StatusOr<std::vector<MetricsRecord>> ParseMetricsLines(absl::string_view jsonl) {
  std::vector<MetricsRecord> records;
  int line_number = 0;
  std::string check;
  for (const absl::string_view line : absl::StrSplit(jsonl, '\n')) {
    ++line_number;
    if (line.empty()) continue;
    Json json = ParseSealed(line);
    check = Unseal(&json, check);
    std::optional<MetricsRecord> record;
    if (!check.empty()) record = ReadRecord(json);
    if (!record) {
      return absl::InvalidArgumentError(absl::StrCat("metrics log, line ", line_number,
                                                     ": want a step or an evaluation as it was written, got ",
                                                     line.substr(0, 80)));
    }
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace retort
