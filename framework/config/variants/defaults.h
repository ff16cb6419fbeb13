#ifndef RETORT_FRAMEWORK_CONFIG_VARIANTS_DEFAULTS_H_
#define RETORT_FRAMEWORK_CONFIG_VARIANTS_DEFAULTS_H_

#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// Writes the defaults that framework/config/sweep.proto documents into the fields that are absent, so that the
// experiment says all that decides its results. Doing it twice changes nothing.
//
// Absent stay: what follows from a file (the architecture and vocabulary that are the teacher's, a stage's teacher that
// is the experiment's), `from` of a stage that starts from the student's `init`, and configurations of losses, mappings
// and initialisations, whose defaults their own Create knows. Data and evaluations have rules (ConfigRules) for theirs.
//
// `from` is never a stage of another task (Stage.task).
//
// An evaluation stage gets what the data of the stage it evaluates says. Errors are ValidateExperiment's to find.
void FillDefaults(Experiment* experiment, const PluginCatalogue& catalogue = PluginCatalogue::Global());

// The same for the stage's `evaluate`, which is there afterwards: its split, and how many sequences, where its data's
// evaluation counts them. REQUIRES: the stage's data have their defaults.
void FillPeriodicEvaluation(const PluginCatalogue& catalogue, Stage* stage);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_VARIANTS_DEFAULTS_H_
