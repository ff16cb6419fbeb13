#include "framework/sweep/run/augment_stage.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/augment/augment_file.h"
#include "framework/augment/augmenter.h"
#include "framework/augment/word_vectors.h"
#include "framework/base/status_macros.h"
#include "framework/base/stop.h"
#include "framework/sweep/plan/plan_augmentation.h"

namespace retort {
namespace {

// Says how far an augmentation is, at every tenth of its way.
class TenthsSaid {
 public:
  TenthsSaid(std::string stage, const RunContext& context) : stage_(std::move(stage)), context_(context) {}

  void operator()(int64_t done, int64_t all) {
    const int64_t tenths = 10 * done / all;
    if (tenths <= said_) return;
    said_ = tenths;
    context_.Say(absl::StrCat(stage_, ": ", 10 * tenths, " % of ", all, " examples augmented"));
  }

 private:
  const std::string stage_;
  const RunContext& context_;
  int64_t said_ = 0;
};

// nullopt: the stage has none.
absl::StatusOr<std::optional<WordVectors>> ReadVectors(const Stage& stage) {
  const Augmentation& augmentation = stage.augmentation();
  if (augmentation.word_vectors().empty()) return std::optional<WordVectors>();
  absl::StatusOr<WordVectors> vectors = WordVectors::Read(augmentation.word_vectors(), augmentation.words());
  if (vectors.ok()) return *std::move(vectors);
  return absl::Status(
      vectors.status().code(),
      absl::StrCat("stage \"", stage.name(), "\": augmentation: word_vectors: ", vectors.status().message()));
}

absl::Status Augment(const PlannedStage& stage, const RunContext& context) {
  const Augmentation& augmentation = stage.stage.augmentation();
  RETORT_ASSIGN_OR_RETURN(const std::optional<WordVectors> vectors, ReadVectors(stage.stage));
  RETORT_ASSIGN_OR_RETURN(const ModelInput* model, context.inputs->Model(augmentation.model()));
  const Encoder encoder(model->model.config);
  const ParameterSet parameters = model->model.parameters.To(at::kFloat, context.plan.device);
  RETORT_ASSIGN_OR_RETURN(
      const Augmenter augmenter,
      Augmenter::Create(encoder, parameters, *stage.vocabulary->tokenizer, vectors ? &*vectors : nullptr,
                        OptionsOf(augmentation), context.plan.device));
  const AugmentationHooks hooks{TenthsSaid(stage.stage.name(), context), context.stop};
  const std::string path = context.store.AugmentedPath(stage.key);
  RETORT_RETURN_IF_ERROR(AugmentToFile(stage.augmentation().examples->examples, augmenter, path, hooks).status());
  const MustFinish storing;
  return context.store.PutAugmented(stage.key, context.computed_with);
}

}  // namespace

absl::Status AugmentStage(int index, const RunContext& context, RunProgress* progress) {
  const PlannedStage& stage = context.plan.stages[index];
  RETORT_RETURN_IF_ERROR(OnFirstRank(context.ranks, [&] {
    RETORT_RETURN_IF_ERROR(context.store.Begin(stage));
    return Augment(stage, context);
  }));
  progress->done.insert(index);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const StepSource>> TrainingSource(const PlannedStage& stage, const RunContext& context) {
  if (stage.augmented < 0) return stage.training().source;
  const PlannedStage& augmentation = context.plan.stages[stage.augmented];
  RETORT_RETURN_IF_ERROR(context.store.CheckAugmented(augmentation.key));
  RETORT_ASSIGN_OR_RETURN(TaskExamples examples, ReadAugmented(context.store.AugmentedPath(augmentation.key)));
  AugmentedSplit split = ExpectedSplit(augmentation);
  split.examples = std::make_shared<const TaskExamples>(std::move(examples));
  return context.inputs->Source(stage.stage.data(), stage.stage.batch(), *stage.vocabulary, stage.data_seed, &split);
}

}  // namespace retort
