#include "tools/evaluate/predictions.h"

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/config/reflection.h"
#include "glog/logging.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kGlue[] = "retort.GlueDataConfig";

// "MNLI"; empty for data that is not of GLUE.
std::string GlueTaskOf(const Data& data) {
  const std::unique_ptr<Message> config = UnpackAny(data.plugin());
  if (config == nullptr || AnyTypeName(data.plugin()) != kGlue) return "";
  const FieldDescriptor* task = config->GetDescriptor()->FindFieldByName("task");
  CHECK(task != nullptr) << kGlue << ".task";
  return config->GetReflection()->GetString(*config, task);
}

bool FitsACell(const std::string& text) { return text.find_first_of("\t\r\n") == std::string::npos; }

std::string JsonText(const std::vector<Prediction>& predictions) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Prediction& prediction : predictions) json[prediction.id] = prediction.answer;
  return json.dump(/*indent=*/1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

PredictionFile GlueFileOf(const std::string& task, absl::string_view split, HeadKind head) {
  if (task == "MNLI") {
    return {split == "diagnostic" ? "AX.tsv" : (absl::StrContains(split, "mismatched") ? "MNLI-mm.tsv" : "MNLI-m.tsv")};
  }
  const bool named = task == "QNLI" || task == "RTE";
  return {absl::StrCat(task, ".tsv"), head == HeadKind::kClasses && !named};
}

PredictionFile PredictionFileOf(const Data& data, absl::string_view split, const ModelNeeds& needs) {
  if (needs.head == HeadKind::kSpans) return {"predictions.json", /*numbers=*/false, /*json=*/true};
  const std::string task = GlueTaskOf(data);
  if (task.empty()) return {"predictions.tsv"};
  return GlueFileOf(task, split, needs.head.value_or(HeadKind::kClasses));
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
    const auto number = std::find(classes.begin(), classes.end(), answer) - classes.begin();
    absl::StrAppend(&text, id, "\t", file.numbers ? absl::StrCat(number) : answer, "\n");
  }
  return text;
}

}  // namespace retort
