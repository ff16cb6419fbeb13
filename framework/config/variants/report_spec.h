#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_REPORT_SPEC_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_REPORT_SPEC_H_

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// What the report of a sweep shows first, with its defaults: macro averages over the tasks of the base experiment,
// which is expanded, and the primary metric. Whether metrics exist is for those to say who know the evaluations.
//
// Errors: InvalidArgument for macro averages without tasks, of tasks that there are not, or under bad names, and for a
// margin that is not above 0.
absl::StatusOr<ReportSpec> ExpandReport(const ReportSpec& report, const Experiment& base,
                                        const PluginCatalogue& catalogue);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_REPORT_SPEC_H_
