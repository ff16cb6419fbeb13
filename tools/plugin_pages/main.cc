// Writes the pages of docs/plugins, one per linked plugin and one that lists them, or checks that they are there.
//
//   bazel run //tools:plugin_pages

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/registry/plugin_catalogue.h"
#include "gflags/gflags.h"
#include "tools/list_plugins/plugin_files.h"
#include "tools/plugin_pages/header_comments.h"
#include "tools/plugin_pages/page_folder.h"
#include "tools/plugin_pages/plugin_page.h"

DEFINE_bool(check, false, "only say whether docs/plugins has the pages that would be written");

namespace retort {
namespace {

constexpr char kUsage[] =
    "writes the pages of docs/plugins, one per linked plugin and one that lists them\n\n"
    "  plugin_pages\n"
    "      from the programs' workspace: bazel run //tools:plugin_pages";
constexpr char kFolder[] = "docs/plugins", kCommand[] = "bazel run //tools:plugin_pages";

absl::StatusOr<PluginDescription> Describe(const PluginEntry& entry) {
  PluginDescription plugin;
  plugin.kind = entry.kind;
  plugin.name = entry.name;
  RETORT_ASSIGN_OR_RETURN(plugin.schema, ReadPluginSchema(entry));
  RETORT_ASSIGN_OR_RETURN(plugin.example, ReadPluginExample(entry));
  RETORT_ASSIGN_OR_RETURN(const std::string header, ReadFile(absl::StrCat(PluginFolder(entry), "/", entry.name, ".h")));
  plugin.header = HeaderComments(header);
  return plugin;
}

absl::StatusOr<Pages> MakePages() {
  std::vector<PluginDescription> plugins;
  for (const PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      RETORT_ASSIGN_OR_RETURN(PluginDescription plugin, Describe(entry));
      plugins.push_back(std::move(plugin));
    }
  }
  Pages pages = {{"README.md", PluginIndex(plugins)}};
  for (const PluginDescription& plugin : plugins) pages[PagePath(plugin)] = PluginPage(plugin);
  return pages;
}

absl::Status Run() {
  RETORT_ASSIGN_OR_RETURN(const Pages pages, MakePages());
  if (FLAGS_check) return CheckPages(pages, kFolder, kCommand);
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) return absl::InvalidArgumentError(absl::StrCat("want to be run by `", kCommand, "`"));
  RETORT_RETURN_IF_ERROR(WritePages(pages, absl::StrCat(workspace, "/", kFolder)));
  std::cout << "wrote " << pages.size() << " pages to " << kFolder << "\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code =
          retort::TakeFlags({"plugin_pages", retort::kUsage, "tools/plugin_pages/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Run());
}
