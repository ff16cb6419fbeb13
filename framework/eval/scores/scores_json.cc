#include "framework/eval/scores/scores_json.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_number.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

Json NumbersJson(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(NumberToJson(value));
  return array;
}

// A value and where it stands: "Scores.metrics.masked_lm/accuracy".
struct Place {
  const Json& json;
  std::string path;

  absl::Status Unwanted(absl::string_view want) const {
    return absl::InvalidArgumentError(absl::StrCat(path, ": want ", want, ", got ", json.type_name()));
  }
};

absl::StatusOr<Place> Field(const Place& object, const char* name) {
  if (!object.json.is_object()) return object.Unwanted("an object");
  const auto found = object.json.find(name);
  if (found == object.json.end()) {
    return absl::InvalidArgumentError(absl::StrCat(object.path, ".", name, ": missing"));
  }
  return Place{*found, absl::StrCat(object.path, ".", name)};
}

absl::StatusOr<std::string> ReadText(const Place& place) {
  if (!place.json.is_string()) return place.Unwanted("a string");
  return place.json.get<std::string>();
}

absl::StatusOr<double> ReadNumber(const Place& place) {
  const std::optional<double> value = NumberFromJson(place.json);
  if (!value.has_value()) return place.Unwanted("a number");
  return *value;
}

absl::StatusOr<std::vector<double>> ReadNumbers(const Place& place) {
  if (!place.json.is_array()) return place.Unwanted("a list");
  std::vector<double> values;
  for (size_t i = 0; i < place.json.size(); ++i) {
    RETORT_ASSIGN_OR_RETURN(const double value, ReadNumber({place.json[i], absl::StrCat(place.path, "[", i, "]")}));
    values.push_back(value);
  }
  return values;
}

absl::StatusOr<ExampleScores> ReadExamples(const Place& place) {
  ExampleScores examples;
  RETORT_ASSIGN_OR_RETURN(const Place sum, Field(place, "sum"));
  RETORT_ASSIGN_OR_RETURN(examples.sum, ReadNumbers(sum));
  RETORT_ASSIGN_OR_RETURN(const Place count, Field(place, "count"));
  RETORT_ASSIGN_OR_RETURN(examples.count, ReadNumbers(count));
  return examples;
}

absl::StatusOr<MetricScores> ReadMetrics(const Place& place) {
  if (!place.json.is_object()) return place.Unwanted("an object");
  MetricScores metrics;
  for (const auto& [name, examples] : place.json.items()) {
    RETORT_ASSIGN_OR_RETURN(metrics[name], ReadExamples({examples, absl::StrCat(place.path, ".", name)}));
  }
  return metrics;
}

}  // namespace

std::string ToJson(const Scores& scores) {
  Json metrics = Json::object();
  for (const auto& [name, examples] : scores.metrics) {
    metrics[name] = {{"sum", NumbersJson(examples.sum)}, {"count", NumbersJson(examples.count)}};
  }
  const Json json = {{"stage", scores.stage},
                     {"split", scores.split},
                     {"examples", scores.examples},
                     {"teacher", scores.teacher},
                     {"computed_with", scores.computed_with},
                     {"metrics", metrics}};
  // Names from the user may hold bytes that are no UTF-8; they become U+FFFD instead of an exception.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Scores> ScoresFromJson(absl::string_view json_text) {
  const Json json = Json::parse(json_text.begin(), json_text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError(absl::StrCat("Scores: want JSON, got ", json_text.size(), " bytes that are not"));
  }
  const Place root{json, "Scores"};
  Scores scores;
  const std::pair<const char*, std::string*> texts[] = {{"stage", &scores.stage},
                                                        {"split", &scores.split},
                                                        {"examples", &scores.examples},
                                                        {"teacher", &scores.teacher},
                                                        {"computed_with", &scores.computed_with}};
  for (const auto& [name, text] : texts) {
    RETORT_ASSIGN_OR_RETURN(const Place place, Field(root, name));
    RETORT_ASSIGN_OR_RETURN(*text, ReadText(place));
  }
  RETORT_ASSIGN_OR_RETURN(const Place metrics, Field(root, "metrics"));
  RETORT_ASSIGN_OR_RETURN(scores.metrics, ReadMetrics(metrics));
  return scores;
}

}  // namespace retort
