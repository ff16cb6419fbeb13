#ifndef RETORT_TOOLS_LIST_PLUGINS_PLUGIN_FILES_H_
#define RETORT_TOOLS_LIST_PLUGINS_PLUGIN_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "framework/registry/plugin_catalogue.h"
#include "tools/list_plugins/schema.h"

namespace retort {

// What lies in the folder of a plugin, read relative to the working directory. Errors: those of ReadFile, with the
// path.

// "plugins/loss/soft_targets"
std::string PluginFolder(const PluginEntry& entry);

// Its configuration, with those messages of files of framework/data that its schema imports. Errors: also those of
// ReadSchema.
absl::StatusOr<SchemaMessage> ReadPluginSchema(const PluginEntry& entry);

// Its example.textproto, without the lines for editors that say which schema it follows.
absl::StatusOr<std::string> ReadPluginExample(const PluginEntry& entry);

}  // namespace retort

#endif  // RETORT_TOOLS_LIST_PLUGINS_PLUGIN_FILES_H_
