#include "framework/sweep/run/make_models.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/init/initializer.h"
#include "framework/model/class_order/class_order.h"
#include "framework/sweep/plan/carried.h"

namespace retort {

namespace {

// A model to copy from, its classes as the student's.
struct SourceModel {
  EncoderConfig config;
  ParameterSet parameters;
};

SourceModel FitSource(const PlannedStage& stage, EncoderConfig config, const ParameterSet& parameters) {
  SourceModel source{std::move(config), parameters.To(at::kFloat, c10::Device(at::kCPU))};
  FitClasses(stage.config, &source.config, &source.parameters);
  return source;
}

// The student of a planned stage if there is one, else the experiment's teacher; none: there is none.
absl::StatusOr<std::optional<SourceModel>> ReadSource(const PlannedStage& stage, int index, const RunContext& context) {
  if (index >= 0) {
    RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, context.store.GetStudent(context.plan.stages[index].key));
    return FitSource(stage, loaded.config, loaded.parameters);
  }
  if (stage.checkpoint.empty()) return std::optional<SourceModel>();
  RETORT_ASSIGN_OR_RETURN(const ModelInput* teacher, context.inputs->Model(stage.checkpoint));
  return FitSource(stage, teacher->model.config, teacher->model.parameters);
}

// Copies what the source has by name; what it lacks, a head that is new, is drawn.
absl::Status Continue(const PlannedStage& stage, const SourceModel& source, ParameterSet* parameters) {
  InitializeRandomNormal(stage.seed, stage.config.initializer_range, stage.config.pad_token_id, parameters);
  for (const ParameterSpec& spec : parameters->specs()) {
    if (!source.parameters.Has(spec.name)) continue;
    RETORT_RETURN_IF_ERROR(parameters->Set(spec.name, source.parameters.Get(spec.name)));
  }
  return absl::OkStatus();
}

// Copies the parameters of carried losses from the stage that the student goes on from.
absl::Status CarryOn(const PlannedStage& stage, const RunContext& context, ParameterSet* terms) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : CarriedParameters(stage.stage, terms->specs())) names.push_back(spec.name);
  if (names.empty()) return absl::OkStatus();
  return context.store.GetLossParameters(context.plan.stages[stage.student].key, names, terms);
}

}  // namespace

absl::StatusOr<ReadyModel> MakeReady(const PlannedStage& stage, EncoderConfig config, const ParameterSet& parameters,
                                     c10::ScalarType precision, const RunContext& context) {
  ReadyModel model;
  RETORT_RETURN_IF_ERROR(TryTorch("loading a model", [&] {
    model.parameters = parameters.To(precision, c10::Device(at::kCPU));
    // A model of other classes is one whose classes nobody reads: the plan has seen to it.
    if (!stage.classes.empty()) OrderClasses(stage.classes, "", &config, &model.parameters).IgnoreError();
    if (context.plan.device != c10::Device(at::kCPU)) {
      model.parameters = model.parameters.To(precision, context.plan.device);
    }
    return absl::OkStatus();
  }));
  model.encoder = std::make_unique<Encoder>(std::move(config));
  return model;
}

absl::StatusOr<ReadyModel> MakeTeacher(const PlannedStage& stage, c10::ScalarType precision,
                                       const RunContext& context) {
  if (stage.teacher >= 0) {
    RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, context.store.GetStudent(context.plan.stages[stage.teacher].key));
    return MakeReady(stage, loaded.config, loaded.parameters, precision, context);
  }
  RETORT_ASSIGN_OR_RETURN(const ModelInput* loaded, context.inputs->Model(stage.checkpoint));
  return MakeReady(stage, loaded->model.config, loaded->model.parameters, precision, context);
}

absl::StatusOr<ParameterSet> InitialParameters(const PlannedStage& stage, const RunContext& context) {
  ParameterSet parameters(EncoderParameterSpecs(stage.config), at::kFloat, c10::Device(at::kCPU));
  if (stage.student >= 0 || stage.from_teacher) {
    RETORT_ASSIGN_OR_RETURN(const std::optional<SourceModel> source, ReadSource(stage, stage.student, context));
    RETORT_RETURN_IF_ERROR(Continue(stage, *source, &parameters));
    return parameters;
  }
  RETORT_ASSIGN_OR_RETURN(const std::optional<SourceModel> teacher, ReadSource(stage, stage.init_teacher, context));
  const InitializerContext init{stage.config, teacher ? &teacher->config : nullptr};
  RETORT_ASSIGN_OR_RETURN(const auto initializer, InitializerRegistry::Global().Create(stage.init.plugin(), init));
  RETORT_RETURN_IF_ERROR(initializer->Initialize({teacher ? &teacher->parameters : nullptr, stage.seed}, &parameters));
  return parameters;
}

absl::StatusOr<ParameterSet> WithTermParameters(const PlannedStage& stage, const ParameterSet& encoder,
                                                const Objective& objective, const RunContext& context) {
  ParameterSet terms(objective.parameters(), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(stage.seed, stage.config.initializer_range, stage.config.pad_token_id, &terms);
  RETORT_RETURN_IF_ERROR(CarryOn(stage, context, &terms));
  std::vector<ParameterSpec> specs = encoder.specs();
  specs.insert(specs.end(), terms.specs().begin(), terms.specs().end());
  ParameterSet all(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  for (const ParameterSet* part : {&encoder, static_cast<const ParameterSet*>(&terms)}) {
    for (const ParameterSpec& spec : part->specs()) RETORT_RETURN_IF_ERROR(all.Set(spec.name, part->Get(spec.name)));
  }
  return all;
}

}  // namespace retort
