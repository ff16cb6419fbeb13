#include "framework/sweep/show/environment.h"

#include <fstream>

#include "ATen/Parallel.h"
#include "ATen/Version.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/sweep/key/source_digest.h"
#include "torch/version.h"

namespace retort {
namespace {

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace

std::map<std::string, std::string> DescribeEnvironment(c10::Device device) {
  return {{"processor", ProcessorName()},
          {"instruction set", at::get_cpu_capability()},
          {"threads", absl::StrCat(at::get_num_threads())},
          {"device", device.str()},
          {"libtorch", TORCH_VERSION},
          {"compiler", __VERSION__},
          {"sources", kSourceDigest}};
}

}  // namespace retort
