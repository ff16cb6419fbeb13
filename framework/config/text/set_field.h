#ifndef RETORT_FRAMEWORK_CONFIG_TEXT_SET_FIELD_H_
#define RETORT_FRAMEWORK_CONFIG_TEXT_SET_FIELD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// Changes a sweep as the flag --set does, by the rules of overlays. The assignment is path=value; the path names fields
// as in the sweep's text, an item of a list by its name, and a plugin by its short name. Fields of the base experiment
// need no `experiment.` before them:
//
//   stage.distil.adamw.learning_rate=1e-4                     a number, text or choice; text needs no quotation marks
//   stage.distil.loss.ce.soft_targets.temperature=4           of a plugin
//   stage.distil.freeze=[word_embeddings]                     a list, which is replaced
//   student.init.layer_copy.mapping.top={}                    another plugin, or several fields that merge
//   stage.distil.loss.gold={ weight: 0.5 hard_labels {} }     adds a loss, a stage ..., or changes that of the name
//   stage.distil.remove=[cos, mlm]                            removes them; remove=[...] removes stages
//   seeds=[1, 2]    most_minutes=5    controls=NONE           of the sweep
//   variant.hot={ overlay { ... } }                           adds a variant
//   grid.rate.point.0.1.overlay={ ... }                       of a point that is there and is called 0.1
//
// Errors: InvalidArgument with the path, what was wanted and what was got. The sweep is unchanged then.
absl::Status SetField(absl::string_view assignment, Sweep* sweep,
                      const PluginCatalogue& catalogue = PluginCatalogue::Global());

// The beginnings of paths that may stand where `beginning` was typed, for the completion of shells: each goes on with
// one more name, and ends with "." where more has to follow, else with "=". Empty if nothing fits. Of
// "stage.distil.lo": stage.distil.loss.
std::vector<std::string> CompletePath(absl::string_view beginning, const Sweep& sweep,
                                      const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEXT_SET_FIELD_H_
