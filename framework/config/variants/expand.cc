#include "framework/config/variants/expand.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "framework/base/problems.h"
#include "framework/base/status_macros.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/set_field.h"
#include "framework/config/variants/defaults.h"
#include "framework/config/variants/for_each.h"
#include "framework/config/variants/report_spec.h"
#include "framework/config/variants/tune_spec.h"
#include "framework/config/variants/validate/check_numbers.h"
#include "framework/config/variants/validate/validate.h"
#include "framework/config/variants/variant_plans.h"
#include "google/protobuf/repeated_field.h"

namespace retort {
namespace {

absl::Status Error(absl::string_view place, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", what));
}

// Puts `prefix` before each line of an error.
absl::Status Prefix(const std::string& prefix, const absl::Status& status) {
  if (status.ok() || prefix.empty()) return status;
  std::vector<std::string> lines = absl::StrSplit(status.message(), '\n');
  for (std::string& line : lines) line.insert(0, prefix);
  return absl::Status(status.code(), absl::StrJoin(lines, "\n"));
}

template <typename Items>
std::string Names(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name());
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

absl::Status ExpandUses(const Sweep& sweep, google::protobuf::RepeatedPtrField<Stage>* stages) {
  for (Stage& stage : *stages) {
    for (const std::string& use : stage.use()) {
      const Define* found = nullptr;
      for (const Define& define : sweep.define()) {
        if (define.name() == use) found = &define;
      }
      if (found == nullptr) {
        return Error(absl::StrCat("stage \"", stage.name(), "\": use"),
                     absl::StrCat("want the name of a define (", Names(sweep.define()), "), got \"", use, "\""));
      }
      stage.mutable_loss()->MergeFrom(found->loss());
    }
    stage.clear_use();
  }
  return absl::OkStatus();
}

absl::Status ExpandUses(const Sweep& sweep, Experiment* experiment) {
  RETORT_RETURN_IF_ERROR(ExpandUses(sweep, experiment->mutable_stage()));
  if (!experiment->has_for_each()) return absl::OkStatus();
  return ExpandUses(sweep, experiment->mutable_for_each()->mutable_stage());
}

// Once more after for_each: overlays of tasks use definitions too.
absl::StatusOr<Experiment> Finish(const Sweep& sweep, Experiment experiment, const PluginCatalogue& catalogue) {
  RETORT_RETURN_IF_ERROR(ExpandUses(sweep, &experiment));
  RETORT_RETURN_IF_ERROR(ExpandForEach(&experiment));
  RETORT_RETURN_IF_ERROR(ExpandUses(sweep, &experiment));
  FillDefaults(&experiment, catalogue);
  RETORT_RETURN_IF_ERROR(ValidateExperiment(experiment, catalogue));
  return experiment;
}

absl::StatusOr<Experiment> Apply(const Sweep& sweep, const Experiment& base, const VariantPlan& plan,
                                 const PluginCatalogue& catalogue) {
  if (plan.whole != nullptr) return Finish(sweep, *plan.whole, catalogue);
  Experiment experiment = base;
  for (const Experiment& overlay : plan.overlays) RETORT_RETURN_IF_ERROR(Overlay(overlay, &experiment));
  return Finish(sweep, std::move(experiment), catalogue);
}

absl::Status CheckDefines(const Sweep& sweep) {
  std::set<std::string> names;
  for (const Define& define : sweep.define()) {
    const std::string place = absl::StrCat("define \"", define.name(), "\": name");
    if (!IsPlainName(define.name())) return Error(place, "want at most 100 letters, digits, '_' and '-'");
    if (!names.insert(define.name()).second) return Error(place, "want each name once, got it twice");
  }
  return absl::OkStatus();
}

absl::Status ExpandSeeds(const Sweep& sweep, ExpandedSweep* expanded) {
  expanded->seeds.assign(sweep.seeds().begin(), sweep.seeds().end());
  if (expanded->seeds.empty()) expanded->seeds = {1};
  std::set<uint64_t> seen;
  for (uint64_t seed : expanded->seeds) {
    if (!seen.insert(seed).second) return Error("seeds", absl::StrCat("want each seed once, got ", seed, " twice"));
  }
  return absl::OkStatus();
}

absl::Status ExpandReferences(const Sweep& sweep, ExpandedSweep* expanded) {
  std::vector<std::string> names;
  for (const ExpandedVariant& variant : expanded->variants) names.push_back(variant.name);
  if (expanded->controls) names.insert(names.end(), {kInitOnlyVariant, kScratchVariant});
  const std::set<std::string> known(names.begin(), names.end());
  for (const Reference& reference : sweep.reference()) {
    const std::string place = absl::StrCat("reference (", reference.source(), "): ");
    if (known.count(reference.variant()) == 0) {
      return Error(place + "variant", absl::StrCat("want the name of a variant (", absl::StrJoin(names, ", "),
                                                   "), got \"", reference.variant(), "\""));
    }
    if (reference.metric().empty()) return Error(place + "metric", "want a metric, got none");
    if (reference.has_delta() == reference.has_value()) {
      return Error(place + "delta", "want one of delta and value, got both or neither");
    }
    expanded->references.push_back(reference);
  }
  return absl::OkStatus();
}

// Those of experiments are checked where they are complete.
absl::Status CheckSweepNumbers(const Sweep& sweep) {
  Problems problems;
  Sweep alone;
  *alone.mutable_reference() = sweep.reference();
  if (sweep.has_most_minutes()) alone.set_most_minutes(sweep.most_minutes());
  CheckNumbers("", alone, &problems);
  return problems.ToStatus();
}

absl::Status CheckTop(const Sweep& sweep) {
  if (!IsPlainName(sweep.name())) {
    return Error("name",
                 absl::StrCat("want a name of at most 100 letters, digits, '_' and '-', got \"", sweep.name(), "\""));
  }
  if (sweep.has_extends()) {
    return Error("extends", absl::StrCat("want a sweep that was loaded from a file, got \"", sweep.extends(), "\""));
  }
  if (!sweep.has_experiment()) return Error("experiment", "want one, got none");
  return CheckDefines(sweep);
}

// The sweep with the assignments made, those to definitions before their losses stand in the stages that use them: the
// others may change these.
absl::StatusOr<Sweep> Assigned(Sweep sweep, const std::vector<std::string>& set, const PluginCatalogue& catalogue) {
  const auto defines = [](absl::string_view assignment) { return absl::StartsWith(assignment, "define."); };
  for (const std::string& assignment : set) {
    if (defines(assignment)) RETORT_RETURN_IF_ERROR(SetField(assignment, &sweep, catalogue));
  }
  Experiment base = sweep.experiment();
  RETORT_RETURN_IF_ERROR(ExpandUses(sweep, &base));
  *sweep.mutable_experiment() = std::move(base);
  for (const std::string& assignment : set) {
    if (!defines(assignment)) RETORT_RETURN_IF_ERROR(SetField(assignment, &sweep, catalogue));
  }
  return sweep;
}

absl::Status ExpandVariants(const Sweep& sweep, const PluginCatalogue& catalogue, ExpandedSweep* expanded) {
  const Experiment& base = sweep.experiment();
  RETORT_ASSIGN_OR_RETURN(Experiment finished, Finish(sweep, base, catalogue));
  expanded->variants.push_back({kBaseVariant, std::move(finished)});

  RETORT_ASSIGN_OR_RETURN(const std::vector<VariantPlan> plans, PlanVariants(sweep, base));
  std::vector<std::string> problems;
  for (const VariantPlan& plan : plans) {
    absl::StatusOr<Experiment> experiment = Apply(sweep, base, plan, catalogue);
    if (experiment.ok()) {
      expanded->variants.push_back({plan.name, *std::move(experiment)});
    } else {
      const absl::Status problem = Prefix(absl::StrCat("variant \"", plan.name, "\": "), experiment.status());
      problems.emplace_back(problem.message());
    }
  }
  return problems.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

}  // namespace

absl::StatusOr<ExpandedSweep> Expand(const Sweep& given, const std::vector<std::string>& set,
                                     const PluginCatalogue& catalogue) {
  RETORT_RETURN_IF_ERROR(CheckTop(given));
  RETORT_ASSIGN_OR_RETURN(const Sweep sweep, Assigned(given, set, catalogue));
  RETORT_RETURN_IF_ERROR(CheckTop(sweep));
  ExpandedSweep expanded;
  expanded.name = sweep.name();
  expanded.share_data_across_seeds = sweep.share_data_across_seeds();
  expanded.controls = sweep.controls() != Sweep::NONE;
  expanded.most_minutes = sweep.most_minutes();
  if (!(expanded.most_minutes >= 0)) {
    return Error("most_minutes", absl::StrCat("want a number >= 0, got ", expanded.most_minutes));
  }
  RETORT_RETURN_IF_ERROR(CheckSweepNumbers(sweep));
  RETORT_RETURN_IF_ERROR(ExpandSeeds(sweep, &expanded));
  RETORT_RETURN_IF_ERROR(ExpandVariants(sweep, catalogue, &expanded));
  RETORT_RETURN_IF_ERROR(ExpandReferences(sweep, &expanded));
  if (sweep.has_tune()) {
    RETORT_ASSIGN_OR_RETURN(expanded.tune, ExpandTune(sweep, expanded.seeds, expanded.variants.front().experiment));
  }
  RETORT_ASSIGN_OR_RETURN(expanded.report,
                          ExpandReport(sweep.report(), expanded.variants.front().experiment, catalogue));
  return expanded;
}

Sweep ResolvedSweep(const ExpandedSweep& expanded) {
  Sweep sweep;
  sweep.set_name(expanded.name);
  for (uint64_t seed : expanded.seeds) sweep.add_seeds(seed);
  sweep.set_share_data_across_seeds(expanded.share_data_across_seeds);
  sweep.set_controls(expanded.controls ? Sweep::BOTH : Sweep::NONE);
  for (const Reference& reference : expanded.references) *sweep.add_reference() = reference;
  *sweep.mutable_report() = expanded.report;
  if (expanded.most_minutes > 0) sweep.set_most_minutes(expanded.most_minutes);
  for (const ExpandedVariant& variant : expanded.variants) {
    if (variant.name == kBaseVariant) {
      *sweep.mutable_experiment() = variant.experiment;
    } else {
      Variant* resolved = sweep.add_variant();
      resolved->set_name(variant.name);
      *resolved->mutable_experiment() = variant.experiment;
    }
  }
  return sweep;
}

}  // namespace retort
