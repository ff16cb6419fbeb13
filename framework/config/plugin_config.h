#ifndef RETORT_FRAMEWORK_CONFIG_PLUGIN_CONFIG_H_
#define RETORT_FRAMEWORK_CONFIG_PLUGIN_CONFIG_H_

#include <string>

#include "framework/base/problems.h"
#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"
#include "google/protobuf/any.pb.h"

// Applies the rules of a plugin's configuration (framework/registry/config_rules.h) to the Any that holds it. An Any
// that is empty, or whose plugin is not linked, has no rules.

namespace retort {

// The plugin that is chosen; null if none is, or if it is not linked.
const PluginEntry* ChosenPlugin(PluginKind kind, const google::protobuf::Any& choice, const PluginCatalogue& catalogue);

// Fills the defaults of the chosen plugin's configuration. `data`: of an evaluation, the data of the stage evaluated;
// null if there is none.
void FillPluginDefaults(PluginKind kind, const Data* data, const PluginCatalogue& catalogue,
                        google::protobuf::Any* choice);

// Adds what is wrong with the choice: there is none, or its configuration cannot be. `place` is that of the message
// that chooses, without a colon behind it.
void CheckPlugin(PluginKind kind, const std::string& place, const google::protobuf::Any& choice,
                 const PluginCatalogue& catalogue, Problems* problems);

// Clears the fields of the chosen configuration that name files whose content is known otherwise.
void ClearPaths(PluginKind kind, const PluginCatalogue& catalogue, google::protobuf::Any* choice);

// The evaluation that data of this kind has where the experiment names none, with nothing set. Without a choice if the
// data has no such evaluation, or it is not linked.
Evaluation EvaluationOfData(const Data& data, const PluginCatalogue& catalogue);

// Whether an evaluation with its defaults is of a number of sequences, in its field `sequences`, rather than of all
// examples of a split.
bool EvaluatesSome(const Evaluation& evaluation);

// What `Stage.evaluate` evaluates: EvaluationOfData on the split and the number of sequences that it names, as far as
// that has such fields, with defaults. REQUIRES: stage.has_evaluate().
Evaluation EvaluationWhileTraining(const Stage& stage, const PluginCatalogue& catalogue);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_PLUGIN_CONFIG_H_
