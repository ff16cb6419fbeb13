#include "framework/sweep/show/environment.h"

#include <cstdlib>
#include <fstream>
#include <string>

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

std::string DescribeComputation(c10::Device device) {
  std::string text =
      absl::StrCat("threads ", at::get_num_threads(), ", ", at::get_cpu_capability(), ", libtorch ", TORCH_VERSION);
  if (!device.is_cpu()) absl::StrAppend(&text, ", ", device.str());
  for (const char* name : {"MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    if (const char* value = std::getenv(name)) absl::StrAppend(&text, ", ", name, "=", value);
  }
  return text;
}

}  // namespace retort
