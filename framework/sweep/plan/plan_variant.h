#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_VARIANT_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_VARIANT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/config/variants/expand.h"
#include "framework/model/config/encoder_config.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"

namespace retort {

// The student of an experiment, and what it is made beside.
struct PlannedStudent {
  EncoderConfig config;
  const VocabularyInput* vocabulary = nullptr;
  const ModelInput* teacher = nullptr;  // Null: there is none.
};

// Reads teacher and vocabulary. Errors: those of the files; InvalidArgument for a student without a vocabulary or that
// cannot be built.
absl::StatusOr<PlannedStudent> PlanStudent(const Experiment& experiment, Inputs* inputs);

// Adds the stages of one variant with one seed to the plan, merged with those that are there. `data_seed` is that of
// order and masks. Errors: as MakePlan.
absl::Status PlanVariant(const ExpandedVariant& variant, uint64_t seed, uint64_t data_seed, const PlanOptions& options,
                         Inputs* inputs, Plan* plan);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_PLAN_VARIANT_H_
