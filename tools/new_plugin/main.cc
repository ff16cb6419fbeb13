// Writes a new plugin that builds, is listed and passes its tests as it stands.
//
//   bazel run //tools:new_plugin -- --kind=loss --name=my_loss

#include <cstdlib>
#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "framework/base/command_line/command_line.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "gflags/gflags.h"
#include "tools/new_plugin/new_plugin.h"

DEFINE_string(kind, "loss", "loss, mapping, init, data or evaluation");
DEFINE_string(name, "", "the plugin's name as users will type it: my_loss");
DEFINE_bool(task, false, "of --kind=data: texts with labels, in files of a layout of their own, not a corpus");

DEFINE_string(
    like, "",
    "of --kind=loss: soft_targets for one over logits, hidden_mse for one with parameters of its own; default: "
    "one over hidden states");

namespace retort {
namespace {

constexpr char kUsage[] =
    "writes a new plugin that builds, is listed and passes its tests as it stands\n\n"
    "  bazel run //tools:new_plugin -- --kind=loss --name=my_loss\n"
    "  bazel run //tools:new_plugin -- --kind=data --task --name=my_task";

absl::Status Run() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) return absl::InvalidArgumentError("want to be run by `bazel run //tools:new_plugin`");
  const NewPluginSpec plugin{FLAGS_kind, FLAGS_name, FLAGS_task, FLAGS_like};
  RETORT_RETURN_IF_ERROR(WriteNewPlugin("tools/new_plugin/templates", workspace, plugin));
  const std::string folder = absl::StrCat("plugins/", FLAGS_kind, "/", FLAGS_name);
  std::cout << "wrote " << folder << " and its line in plugins/plugins.bzl; next:\n"
            << "  grep -rn CHANGE " << folder << "\n"
            << "  bazel test //" << folder << ":all //plugins:conformance_test\n"
            << "  bazel run //tools:plugin_pages    its page below docs/plugins, once it is done\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  retort::StartProgram(argv[0]);
  if (const std::optional<int> code =
          retort::TakeFlags({"new_plugin", retort::kUsage, "tools/new_plugin/"}, &argc, argv))
    return *code;
  return retort::ExitCode(retort::Run());
}
