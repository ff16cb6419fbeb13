// Prints every linked plugin: kind, name, what can be set with types, defaults and comments, and an example.
//
//   bazel run //tools:list_plugins

#include <iostream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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
#include "tools/list_plugins/plugin_files.h"
#include "tools/list_plugins/schema.h"

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

absl::Status Run() {
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      RETORT_ASSIGN_OR_RETURN(const SchemaMessage schema, ReadPluginSchema(entry));
      RETORT_ASSIGN_OR_RETURN(const std::string example, ReadPluginExample(entry));
      std::cout << PluginKindName(kind) << " " << entry.name << "\n"
                << Indented(DescribeSchema(schema)) << "\n  example:\n"
                << Indented(Indented(example)) << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code =
          retort::TakeFlags({"list_plugins", retort::kUsage, "tools/list_plugins/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Run());
}
