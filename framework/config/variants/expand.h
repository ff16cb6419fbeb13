#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_EXPAND_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_EXPAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/config/variants/variant_plans.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

struct ExpandedVariant {
  std::string name;
  Experiment experiment;  // Complete: defaults filled, validated, without `use`, `remove` and `for_each`.
};

// A sweep in which nothing is left to expand.
struct ExpandedSweep {
  std::string name;
  std::vector<ExpandedVariant> variants;  // The first is the base.
  std::vector<uint64_t> seeds;            // At least one, all different.
  bool share_data_across_seeds = false;
  bool controls = true;  // Whether the controls are wanted.
  std::vector<Reference> references;
  ReportSpec report;
  double most_minutes = 0;   // 0: no limit.
  std::optional<Tune> tune;  // A search to come, with its defaults.
};

// Expands `define` and `use`, `leave_one_out` (no_<loss>), `grid` (named like "lr=1e-4,temp=2") and `variant`, in this
// order after the base, then `for_each`, fills the defaults and validates each result. `set` holds assignments for
// SetField, made before all else.
//
// Errors: InvalidArgument with one line per problem of the base or, if that is right, of the variants; a variant's
// lines start with `variant "<name>": `. All are of the form `<place>: want ..., got ...`.
absl::StatusOr<ExpandedSweep> Expand(const Sweep& given, const std::vector<std::string>& set = {},
                                     const PluginCatalogue& catalogue = PluginCatalogue::Global());

// The expanded sweep as a sweep that expands to itself: what sweep.resolved.textproto holds.
Sweep ResolvedSweep(const ExpandedSweep& expanded);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_EXPAND_H_
