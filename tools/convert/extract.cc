#include "tools/convert/extract.h"

#include <vector>

#include "absl/strings/match.h"
#include "framework/base/status_macros.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/sweep/student/architecture.h"

namespace retort {
namespace {

// Draws what the dense layer and the LayerNorm of the head hold. A draw depends on seed and name alone.
absl::Status RedrawTransform(uint64_t seed, LoadedModel* student) {
  std::vector<ParameterSpec> specs;
  for (const ParameterSpec& spec : student->parameters.specs()) {
    if (absl::StartsWith(spec.name, "head.vocabulary.transform.") ||
        absl::StartsWith(spec.name, "head.vocabulary.norm.")) {
      specs.push_back(spec);
    }
  }
  ParameterSet drawn(std::move(specs), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(seed, student->config.initializer_range, student->config.pad_token_id, &drawn);
  for (const ParameterSpec& spec : drawn.specs()) {
    RETORT_RETURN_IF_ERROR(student->parameters.Set(spec.name, drawn.Get(spec.name)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadedModel> ExtractStudent(const LoadedModel& teacher, ExtractOptions options) {
  LoadedModel student;
  RETORT_ASSIGN_OR_RETURN(student.config, ResolveArchitecture(options.architecture, teacher.config.vocabulary_size,
                                                              teacher.config.pad_token_id, &teacher.config));
  student.stored_dtype = teacher.stored_dtype;
  student.tokenizer_path = teacher.tokenizer_path;
  student.parameters = ParameterSet(EncoderParameterSpecs(student.config), at::kFloat, c10::Device(at::kCPU));
  const InitializerContext context{student.config, &teacher.config};
  RETORT_ASSIGN_OR_RETURN(const auto initializer, InitializerRegistry::Global().Create(options.init.plugin(), context));
  RETORT_RETURN_IF_ERROR(initializer->Initialize({&teacher.parameters, options.seed}, &student.parameters));
  if (!options.vocab_transform) RETORT_RETURN_IF_ERROR(RedrawTransform(options.seed, &student));
  return student;
}

}  // namespace retort
