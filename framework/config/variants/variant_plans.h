#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_VARIANT_PLANS_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_VARIANT_PLANS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"

namespace retort {

// The name of the variant that is the sweep's experiment itself.
inline constexpr char kBaseVariant[] = "base";

// The names of the two controls (Sweep.controls), which sweep/plan makes.
inline constexpr char kInitOnlyVariant[] = "init_only";
inline constexpr char kScratchVariant[] = "scratch";

// A variant before it is applied: what is laid over the base, in order, or the whole experiment.
struct VariantPlan {
  std::string name;
  std::vector<Experiment> overlays;
  const Experiment* whole = nullptr;  // Of the sweep.
};

// The variants of a sweep behind its base: leave_one_out (no_<loss>), grid (named like "lr=1e-4,temp=2") and variant,
// in this order. `base` has its `use` expanded, but not its for_each.
//
// Errors: InvalidArgument for names that are taken or not well formed, unknown stages, and variants without end.
absl::StatusOr<std::vector<VariantPlan>> PlanVariants(const Sweep& sweep, const Experiment& base);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_VARIANT_PLANS_H_
