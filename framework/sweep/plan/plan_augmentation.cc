#include "framework/sweep/plan/plan_augmentation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/problems.h"
#include "framework/base/status_macros.h"
#include "framework/model/encoder.h"
#include "framework/sweep/plan/plan_estimate.h"
#include "xxhash.h"

namespace retort {
namespace {

absl::Status Prefixed(const char* place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

// How much there is to predict, roughly, as nothing is tokenized yet: of ordinary prose.
constexpr double kReplaceableShare = 0.5;  // Of the words.
constexpr double kPiecesPerWord = 1.3;
constexpr double kSpecialIds = 3;

double WordsOf(const std::string& text) { return 1 + static_cast<double>(std::count(text.begin(), text.end(), ' ')); }

// Of one forward pass per word that a copy replaces, over the text twice.
double EstimateFlops(const TaskExamples& examples, const EncoderConfig& config, const Augmentation& augmentation) {
  double queries = 0, positions = 0;
  const auto add = [&](const std::string& text) {
    const double words = WordsOf(text), length = 2 * kPiecesPerWord * words + kSpecialIds;
    queries += kReplaceableShare * words;
    positions += kReplaceableShare * words * std::min(length, static_cast<double>(config.max_positions));
  };
  for (const TaskExample& example : examples.examples) {
    add(example.first);
    if (example.second) add(*example.second);
  }
  Capture capture;
  capture.logits.insert({HeadKind::kVocabulary, RowSet::kLabelled});
  capture.read_rows_only = true;
  const RowCounter one_row = [](RowSet) { return 1.0; };
  const double mean = std::max(1.0, std::floor(positions / queries));
  const double replaced = 1 - std::pow(1 - augmentation.probability(), augmentation.copies());
  return replaced * queries * Encoder(config).ForwardFlops(PassSize::OfEqual(1, mean, mean), capture, one_row);
}

// That the model can predict words.
absl::Status CheckModel(const ModelInput& model, const VocabularyInput& vocabulary, const Augmentation& augmentation) {
  const Encoder encoder(model.model.config);
  return Augmenter::Create(encoder, model.model.parameters, *vocabulary.tokenizer, /*vectors=*/nullptr,
                           OptionsOf(augmentation), c10::Device(at::kCPU))
      .status();
}

}  // namespace

AugmentationOptions OptionsOf(const Augmentation& augmentation) {
  AugmentationOptions options;
  options.copies = augmentation.copies();
  options.candidates = augmentation.candidates();
  options.probability = augmentation.probability();
  options.seed = augmentation.seed();
  options.distinct = augmentation.distinct();
  return options;
}

absl::StatusOr<PlannedStage> PlanAugmentation(const Stage& stage, Inputs* inputs) {
  const Augmentation& augmentation = stage.augmentation();
  Problems problems;
  CheckAugmentation("augmentation: ", OptionsOf(augmentation), &problems);
  RETORT_RETURN_IF_ERROR(problems.ToStatus());
  AugmentationWork work;
  RETORT_ASSIGN_OR_RETURN(const auto data, TrainingDataRegistry::Global().Create(stage.data().plugin(), {}));
  work.data_description = data->Description();
  absl::StatusOr<std::shared_ptr<const TaskExamples>> examples = inputs->TrainingExamples(stage.data());
  if (!examples.ok()) return Prefixed("data", examples.status());
  work.examples = *std::move(examples);
  RETORT_ASSIGN_OR_RETURN(work.examples_hash, inputs->TrainingExamplesHash(stage.data()));
  RETORT_ASSIGN_OR_RETURN(const ModelInput* model, inputs->Model(augmentation.model()));
  work.model_hash = model->content_hash;
  if (!augmentation.word_vectors().empty()) {
    absl::StatusOr<std::string> vectors = inputs->WordVectorsContent(augmentation.word_vectors(), augmentation.words());
    if (!vectors.ok()) return Prefixed("augmentation: word_vectors", vectors.status());
    work.vectors_hash = *std::move(vectors);
  }
  PlannedStage planned;
  planned.stage = stage;
  planned.config = model->model.config;
  RETORT_ASSIGN_OR_RETURN(planned.vocabulary, inputs->Vocabulary(augmentation.model()));
  if (absl::Status fits = CheckModel(*model, *planned.vocabulary, augmentation); !fits.ok()) {
    return Prefixed("augmentation: model", fits);
  }
  work.flops = EstimateFlops(*work.examples, planned.config, augmentation);
  ModelNeeds needs;
  needs.heads = {HeadKind::kVocabulary};
  needs.longest_sequence = planned.config.max_positions;
  work.memory = EstimateEvaluation(planned, needs, /*teacher=*/nullptr);
  planned.work = std::move(work);
  return planned;
}

absl::Status CheckAugmentedData(const Stage& stage, const PlannedStage& augmentation, Inputs* inputs) {
  RETORT_ASSIGN_OR_RETURN(const uint64_t examples, inputs->TrainingExamplesHash(stage.data()));
  if (examples == augmentation.augmentation().examples_hash) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("augmented: want an augmentation of the examples that the stage's own data trains on, got \"",
                   stage.augmented(), "\" of other examples; give both stages the same data"));
}

AugmentedSplit ExpectedSplit(const PlannedStage& augmentation) {
  const std::string& key = augmentation.key;
  return {nullptr, augmentation.stage.augmentation().copies(), XXH3_64bits(key.data(), key.size())};
}

}  // namespace retort
