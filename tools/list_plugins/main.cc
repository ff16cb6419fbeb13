// Prints every linked plugin: kind, name, what can be set with types, defaults and comments, and an example.
//
//   bazel run //tools:list_plugins

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/registry/plugin_catalogue.h"
#include "gflags/gflags.h"
#include "tools/list_plugins/describe_schema.h"

namespace retort {
namespace {

constexpr char kUsage[] =
    "prints every linked plugin: what can be set, and an example\n\n"
    "  list_plugins";

std::string Indented(const std::string& text) {
  std::string indented;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&indented, line.empty() ? "" : "  ", line, "\n");
  }
  return indented;
}

// Without the lines for editors that say which schema it follows.
std::string WithoutHeader(const std::string& example) {
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(example, '\n')) {
    const bool header = absl::StartsWith(line, "# proto-") || (lines.empty() && (line.empty() || line == "#"));
    if (!header) lines.push_back(line);
  }
  return absl::StrJoin(lines, "\n");
}

// The schema of a plugin, and behind it the messages of the files of framework/data that it imports.
absl::StatusOr<std::string> ReadSchema(const std::string& path) {
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

absl::Status Run() {
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      const std::string folder = absl::StrCat("plugins/", PluginKindName(kind), "/", entry.name);
      RETORT_ASSIGN_OR_RETURN(const std::string proto, ReadSchema(absl::StrCat(folder, "/", entry.name, ".proto")));
      RETORT_ASSIGN_OR_RETURN(const std::string example, ReadFile(folder + "/example.textproto"));
      RETORT_ASSIGN_OR_RETURN(const std::string schema, DescribeSchema(proto, entry.config->name()));
      std::cout << PluginKindName(kind) << " " << entry.name << "\n"
                << Indented(schema) << "\n  example:\n"
                << Indented(Indented(WithoutHeader(example))) << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv);
  if (const std::optional<int> code =
          retort::TakeFlags({"list_plugins", retort::kUsage, "tools/list_plugins/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Run());
}
