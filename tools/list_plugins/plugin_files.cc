#include "tools/list_plugins/plugin_files.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

// The text of a schema, and behind it the messages of the files of framework/data that it imports.
absl::StatusOr<std::string> ReadWithImports(const std::string& path) {
  constexpr char kPackage[] = "\npackage retort;\n";
  RETORT_ASSIGN_OR_RETURN(const std::string own, ReadFile(path));
  std::string schema = own;
  for (absl::string_view line : absl::StrSplit(own, '\n')) {
    if (!absl::ConsumePrefix(&line, "import \"") || !absl::StartsWith(line, "framework/data/")) continue;
    RETORT_ASSIGN_OR_RETURN(const std::string imported, ReadFile(std::string(absl::StripSuffix(line, "\";"))));
    const size_t package = imported.find(kPackage);
    if (package != std::string::npos) absl::StrAppend(&schema, "\n", imported.substr(package + sizeof(kPackage) - 1));
  }
  return schema;
}

}  // namespace

std::string PluginFolder(const PluginEntry& entry) {
  return absl::StrCat("plugins/", PluginKindName(entry.kind), "/", entry.name);
}

absl::StatusOr<SchemaMessage> ReadPluginSchema(const PluginEntry& entry) {
  const std::string path = absl::StrCat(PluginFolder(entry), "/", entry.name, ".proto");
  RETORT_ASSIGN_OR_RETURN(const std::string proto, ReadWithImports(path));
  return ReadSchema(proto, entry.config->name());
}

absl::StatusOr<std::string> ReadPluginExample(const PluginEntry& entry) {
  RETORT_ASSIGN_OR_RETURN(const std::string example, ReadFile(PluginFolder(entry) + "/example.textproto"));
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(example, '\n')) {
    const bool header = absl::StartsWith(line, "# proto-") || (lines.empty() && (line.empty() || line == "#"));
    if (!header) lines.push_back(line);
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace retort
