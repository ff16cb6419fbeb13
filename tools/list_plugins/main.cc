// Prints every linked plugin: kind, name, configuration with its comments, and example.
//
//   bazel run //tools:list_plugins

#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/registry/plugin_catalogue.h"
#include "gflags/gflags.h"

namespace retort {
namespace {

std::string Indented(std::string text) {
  text = std::string(absl::StripSuffix(text, "\n"));
  return absl::StrCat("  ", absl::StrReplaceAll(text, {{"\n", "\n  "}}), "\n");
}

// The part of a .proto that says what users can write: from the comment of its message on.
std::string Message(const std::string& proto) {
  const size_t message = proto.find("message ");
  const size_t paragraph = proto.rfind("\n\n", message);
  return proto.substr(paragraph == std::string::npos ? 0 : paragraph + 2);
}

absl::Status Run() {
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      const std::string folder = absl::StrCat("plugins/", PluginKindName(kind), "/", entry.name);
      RETORT_ASSIGN_OR_RETURN(const std::string proto, ReadFile(absl::StrCat(folder, "/", entry.name, ".proto")));
      RETORT_ASSIGN_OR_RETURN(const std::string example, ReadFile(folder + "/example.textproto"));
      std::cout << PluginKindName(kind) << " " << entry.name << "\n"
                << Indented(Message(proto)) << "  example:\n"
                << Indented(Indented(example)) << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  gflags::SetUsageMessage("prints every linked plugin");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return retort::ExitCode(retort::Run());
}
