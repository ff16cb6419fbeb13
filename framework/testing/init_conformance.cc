#include "framework/testing/init_conformance.h"

#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/model/encoder.h"

namespace retort::testing {
namespace {

ParameterSet Parameters(const EncoderConfig& config) {
  return ParameterSet(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
}

// The student after initialisation; every parameter held `before`.
absl::StatusOr<ParameterSet> Initialized(const Initializer& initializer, const EncoderConfig& config,
                                         const ParameterSet& teacher, float before) {
  ParameterSet student = Parameters(config);
  for (const ParameterSpec& spec : student.specs()) {
    at::Tensor values = student.Get(spec.name);
    values.fill_(before);
  }
  RETORT_RETURN_IF_ERROR(initializer.Initialize({&teacher, 1}, &student));
  return student;
}

}  // namespace

absl::Status CheckInitializer(const Initializer& initializer, const EncoderConfig& student,
                              const EncoderConfig& teacher) {
  ParameterSet teacher_parameters = Parameters(teacher);
  InitializeRandomNormal(9, 0.02, 0, &teacher_parameters);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  RETORT_ASSIGN_OR_RETURN(const ParameterSet first, Initialized(initializer, student, teacher_parameters, kNan));
  RETORT_ASSIGN_OR_RETURN(const ParameterSet again, Initialized(initializer, student, teacher_parameters, 3));
  for (const ParameterSpec& spec : first.specs()) {
    if (!first.Get(spec.name).isfinite().all().item<bool>()) {
      return absl::FailedPreconditionError(absl::StrCat(spec.name, ": want finite values everywhere, got others"));
    }
    if (!first.Get(spec.name).equal(again.Get(spec.name))) {
      return absl::FailedPreconditionError(
          absl::StrCat(spec.name, ": want the same values for the same seed, whatever was there before, got others"));
    }
  }
  return absl::OkStatus();
}

}  // namespace retort::testing
