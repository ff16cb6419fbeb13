#ifndef RETORT_TOOLS_NEW_PLUGIN_NEW_PLUGIN_H_
#define RETORT_TOOLS_NEW_PLUGIN_NEW_PLUGIN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace retort {

// What is written.
struct NewPluginSpec {
  std::string kind;       // "loss", "mapping", "init", "data" or "evaluation".
  std::string name;       // "my_loss"
  bool task = false;      // Of training data: texts with labels, in files of a layout of their own, not a corpus.
  std::string like = {};  // Of losses: "soft_targets" (over logits), "hidden_mse" (has parameters), or any ("").
};

// Writes a new plugin into a workspace: the folder plugins/<kind>/<name> with proto, header, code, test, example and
// BUILD, and its line in plugins/plugins.bzl. What is written builds and passes its tests and the conformance suite as
// it stands; places to change say CHANGE.
//
// Args: templates: the folder templates/ beside this tool.
// Errors: InvalidArgument for another kind, a name that is not snake_case, a task that is no training data, or another
// loss to be like; AlreadyExists if there is such a plugin; NotFound if `workspace` has no plugins/plugins.bzl. Nothing
// is written then.
absl::Status WriteNewPlugin(const std::string& templates, const std::string& workspace, const NewPluginSpec& plugin);

// plugins.bzl with one more name in the list of a kind, in alphabetical order.
absl::StatusOr<std::string> AddToList(const std::string& plugins_bzl, const std::string& kind, const std::string& name);

}  // namespace retort

#endif  // RETORT_TOOLS_NEW_PLUGIN_NEW_PLUGIN_H_
