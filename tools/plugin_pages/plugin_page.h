#ifndef RETORT_TOOLS_PLUGIN_PAGES_PLUGIN_PAGE_H_
#define RETORT_TOOLS_PLUGIN_PAGES_PLUGIN_PAGE_H_

#include <string>
#include <vector>

#include "framework/registry/plugin_catalogue.h"
#include "tools/list_plugins/schema.h"

namespace retort {

// What the page of a plugin is made of.
struct PluginDescription {
  PluginKind kind = PluginKind::kLoss;
  std::string name;                  // "soft_targets"
  SchemaMessage schema;              // Of its configuration.
  std::vector<CommentLines> header;  // HeaderComments of its header.
  std::string example;               // Text of its example.
};

// Where the page stands in the folder of all of them: "loss/soft_targets.md".
std::string PagePath(const PluginDescription& plugin);

// The page in Markdown: what the plugin is, what it computes, its settings with types and defaults, an example, and the
// papers that it names.
std::string PluginPage(const PluginDescription& plugin);

// The page that lists all plugins by kind, with a link and a sentence each.
std::string PluginIndex(const std::vector<PluginDescription>& plugins);

}  // namespace retort

#endif  // RETORT_TOOLS_PLUGIN_PAGES_PLUGIN_PAGE_H_
