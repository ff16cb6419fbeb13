#include "tools/evaluate/evaluate_models.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/eval/evaluated_model.h"
#include "framework/model/class_order/class_order.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/text/tokenizer.h"

namespace retort {
namespace {

// A model that is ready to be asked.
struct Candidate {
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Encoder> encoder;
  ParameterSet parameters;

  EvaluatedModel view() const { return {encoder.get(), &parameters}; }
};

std::string HeadsOf(const EncoderConfig& config) {
  if (config.heads.empty()) return "none";
  return absl::StrJoin(config.heads, ", ",
                       [](std::string* out, const HeadSpec& head) { out->append(HeadKindName(head.kind)); });
}

absl::Status CheckFits(const std::string& folder, const EncoderConfig& config, const ModelNeeds& needs) {
  for (const HeadKind head : needs.heads) {
    if (FindHead(config, head) != nullptr) continue;
    return absl::InvalidArgumentError(absl::StrCat(folder, ": want a model with a head of kind ", HeadKindName(head),
                                                   ", got one whose heads are: ", HeadsOf(config)));
  }
  if (needs.causal && *needs.causal != config.causal()) {
    return absl::InvalidArgumentError(absl::StrCat(folder, ": want a model that ",
                                                   *needs.causal ? "reads from left to right alone" : "reads both ways",
                                                   ", got one of family ", config.family));
  }
  if (needs.longest_sequence <= config.longest_sequence()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(folder, ": want a model of at least the ", needs.longest_sequence,
                                                 " positions of the task's `length`, got ", config.longest_sequence(),
                                                 "; give the task `length: ", config.longest_sequence(), "`"));
}

absl::StatusOr<Candidate> LoadCandidate(const std::string& folder, const Evaluator& evaluator,
                                        const std::vector<std::string>& classes, c10::Device device) {
  RETORT_RETURN_IF_ERROR(evaluator.CheckFolder(folder));
  RETORT_ASSIGN_OR_RETURN(LoadedModel loaded, LoadModel(folder));
  RETORT_RETURN_IF_ERROR(CheckFits(folder, loaded.config, evaluator.needs()));
  if (!classes.empty()) {
    RETORT_RETURN_IF_ERROR(OrderClasses(classes, folder, &loaded.config, &loaded.parameters));
  }
  Candidate candidate;
  RETORT_ASSIGN_OR_RETURN(candidate.tokenizer, LoadTokenizerOf(loaded.config, folder));
  candidate.encoder = std::make_unique<Encoder>(loaded.config);
  candidate.parameters = loaded.parameters.To(at::kFloat, device);
  return candidate;
}

void AddOnce(const std::vector<std::string>& more, std::vector<std::string>* notes) {
  for (const std::string& note : more) {
    if (std::count(notes->begin(), notes->end(), note) == 0) notes->push_back(note);
  }
}

// Asks one model. Where only predictions can be had of the examples, the reason is noted.
absl::StatusOr<ModelResult> Ask(const Candidate& candidate, const Evaluator& evaluator, const EvaluateOptions& options,
                                std::vector<std::string>* notes) {
  ModelResult result;
  auto examples = evaluator.Open({*candidate.tokenizer, options.cache});
  const absl::Status scorable = examples.status();
  if (!scorable.ok() && options.predicts) {
    examples = evaluator.Open({*candidate.tokenizer, options.cache, /*only_predicts=*/true});
  }
  if (!examples.ok()) return scorable;
  AddOnce((*examples)->notes(), notes);
  result.measured_on = (*examples)->MeasuredOn();
  if (scorable.ok()) {
    result.scores = std::move((*examples)->Score({candidate.view()}, std::nullopt, options.device).front());
  } else {
    AddOnce({absl::StrCat("not scored: ", scorable.message())}, notes);
  }
  if (!options.predicts) return result;
  RETORT_ASSIGN_OR_RETURN(result.predictions, (*examples)->Predict(candidate.view(), options.device));
  return result;
}

}  // namespace

absl::StatusOr<TaskResults> EvaluateModels(const std::vector<std::string>& folders, const Evaluator& evaluator,
                                           const EvaluateOptions& options) {
  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> classes, evaluator.Classes(options.cache));
  TaskResults results;
  for (const std::string& folder : folders) {
    RETORT_ASSIGN_OR_RETURN(const Candidate candidate, LoadCandidate(folder, evaluator, classes, options.device));
    RETORT_ASSIGN_OR_RETURN(ModelResult result, Ask(candidate, evaluator, options, &results.notes));
    result.model = folder;
    results.models.push_back(std::move(result));
  }
  return results;
}

}  // namespace retort
