#include "tools/evaluate/predictions.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"
#include "plugins/data/glue/glue.pb.h"

namespace retort {
namespace {

// Null for data that is not of GLUE.
const GlueTask* GlueTaskOf(const Data& data) {
  GlueDataConfig config;
  return data.plugin().UnpackTo(&config) ? FindGlueTask(config.task()) : nullptr;
}

bool FitsACell(const std::string& text) { return text.find_first_of("\t\r\n") == std::string::npos; }

constexpr double kLowestScore = 0, kHighestScore = 5;  // Of STS-B.

// The score within STS-B's scale, as it is written where it lies there.
std::string Clipped(const std::string& score) {
  double value = 0;
  CHECK(absl::SimpleAtod(score, &value)) << score;
  const double clipped = std::clamp(value, kLowestScore, kHighestScore);
  return clipped == value ? score : absl::StrCat(clipped);
}

// An answer as it is written.
std::string Cell(const PredictionFile& file, const std::string& answer, const std::vector<std::string>& classes) {
  if (file.clips) return Clipped(answer);
  if (!file.numbers) return answer;
  return absl::StrCat(std::find(classes.begin(), classes.end(), answer) - classes.begin());
}

std::string JsonText(const std::vector<Prediction>& predictions) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Prediction& prediction : predictions) json[prediction.id] = prediction.answer;
  return json.dump(/*indent=*/1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

PredictionFile GlueFileOf(const GlueTask& task, absl::string_view split) {
  if (task.name != "MNLI") {
    return {task.name + ".tsv", task.numbered, /*json=*/false, /*clips=*/task.classes.empty()};
  }
  if (split == "diagnostic") return {"AX.tsv"};
  return {absl::StrContains(split, "mismatched") ? "MNLI-mm.tsv" : "MNLI-m.tsv"};
}

PredictionFile PredictionFileOf(const Data& data, absl::string_view split, const ModelNeeds& needs) {
  if (needs.heads.count(HeadKind::kSpans) > 0) return {"predictions.json", /*numbers=*/false, /*json=*/true};
  const GlueTask* glue = GlueTaskOf(data);
  return glue == nullptr ? PredictionFile{"predictions.tsv"} : GlueFileOf(*glue, split);
}

absl::StatusOr<std::string> PredictionText(const PredictionFile& file, const std::vector<Prediction>& predictions,
                                           const std::vector<std::string>& classes) {
  if (file.json) return JsonText(predictions);
  std::string text = kPredictionsHeading;
  for (const auto& [id, answer] : predictions) {
    if (!FitsACell(id) || !FitsACell(answer)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--predictions: want ids and classes without tabs and line ends, for ", file.name, ", got \"",
                       id, "\" and \"", answer, "\""));
    }
    absl::StrAppend(&text, id, "\t", Cell(file, answer, classes), "\n");
  }
  return text;
}

}  // namespace retort
