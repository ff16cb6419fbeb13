#ifndef RETORT_FRAMEWORK_CONFIG_TEXT_SET_FIELD_H_
#define RETORT_FRAMEWORK_CONFIG_TEXT_SET_FIELD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/config/sweep.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// Sets one field as the flag --set does, by the rules of overlays. The assignment is path=value; the path names fields
// as in the experiment's text, an item of a list by its name, and a plugin by its short name:
//   stage.distil.adamw.learning_rate=1e-4
//   stage.distil.loss.ce.soft_targets.temperature=4
//   stage.distil.freeze=[word_embeddings]
//   student.init.layer_copy.mapping.top={}
// A value is protobuf text; strings need no quotation marks. A message is written in braces and merges, or replaces
// another choice of plugin. Stages and losses must exist: an overlay adds them, this does not.
//
// Errors: InvalidArgument with the path, what was wanted and what was got. The experiment is unchanged then.
absl::Status SetField(absl::string_view assignment, Experiment* experiment,
                      const PluginCatalogue& catalogue = PluginCatalogue::Global());

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEXT_SET_FIELD_H_
