#include "framework/sweep/run/make_models.h"

#include <utility>
#include <vector>

#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/init/initializer.h"

namespace retort {

absl::StatusOr<ReadyModel> MakeReady(const EncoderConfig& config, const ParameterSet& parameters,
                                     c10::ScalarType precision, const RunContext& context) {
  ReadyModel model;
  model.encoder = std::make_unique<Encoder>(config);
  RETORT_RETURN_IF_ERROR(TryTorch("loading a model", [&] {
    model.parameters = parameters.To(precision, context.plan.device);
    return absl::OkStatus();
  }));
  return model;
}

absl::StatusOr<ReadyModel> MakeTeacher(const PlannedStage& stage, c10::ScalarType precision,
                                       const RunContext& context) {
  if (stage.teacher >= 0) {
    RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, context.store.GetStudent(context.plan.stages[stage.teacher].key));
    return MakeReady(loaded.config, loaded.parameters, precision, context);
  }
  RETORT_ASSIGN_OR_RETURN(const ModelInput* loaded, context.inputs->Model(stage.checkpoint));
  return MakeReady(loaded->model.config, loaded->model.parameters, precision, context);
}

absl::StatusOr<ParameterSet> InitialParameters(const PlannedStage& stage, const RunContext& context) {
  ParameterSet parameters(EncoderParameterSpecs(stage.config), at::kFloat, c10::Device(at::kCPU));
  if (stage.student >= 0) {
    RETORT_ASSIGN_OR_RETURN(const LoadedModel loaded, context.store.GetStudent(context.plan.stages[stage.student].key));
    for (const ParameterSpec& spec : parameters.specs()) {
      RETORT_RETURN_IF_ERROR(parameters.Set(spec.name, loaded.parameters.Get(spec.name)));
    }
    return parameters;
  }
  const ModelInput* teacher = nullptr;
  if (!stage.checkpoint.empty()) {
    RETORT_ASSIGN_OR_RETURN(teacher, context.inputs->Model(stage.checkpoint));
  }
  const InitializerContext init{stage.config, teacher == nullptr ? nullptr : &teacher->model.config};
  RETORT_ASSIGN_OR_RETURN(const auto initializer, InitializerRegistry::Global().Create(stage.init.plugin(), init));
  RETORT_RETURN_IF_ERROR(
      initializer->Initialize({teacher == nullptr ? nullptr : &teacher->model.parameters, stage.seed}, &parameters));
  return parameters;
}

absl::StatusOr<ParameterSet> WithTermParameters(const PlannedStage& stage, const ParameterSet& encoder,
                                                const Objective& objective) {
  ParameterSet terms(objective.parameters(), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(stage.seed, stage.config.initializer_range, stage.config.pad_token_id, &terms);
  std::vector<ParameterSpec> specs = encoder.specs();
  specs.insert(specs.end(), terms.specs().begin(), terms.specs().end());
  ParameterSet all(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  for (const ParameterSet* part : {&encoder, static_cast<const ParameterSet*>(&terms)}) {
    for (const ParameterSpec& spec : part->specs()) RETORT_RETURN_IF_ERROR(all.Set(spec.name, part->Get(spec.name)));
  }
  return all;
}

}  // namespace retort
