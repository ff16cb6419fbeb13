#include "framework/sweep/show/environment.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "ATen/Parallel.h"
#include "ATen/Version.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/command_line/commit.h"
#include "framework/ops/matmul/matmul.h"
#include "framework/sweep/key/source_digest.h"
#include "framework/sweep/show/card_name.h"
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

// "cpu", "cuda:0 NVIDIA H100 80GB HBM3"
std::string DescribeDevice(c10::Device device) {
  if (!device.is_cuda()) return device.str();
  const std::string card = CardName(device.has_index() ? device.index() : 0);
  return absl::StrCat(device.str(), card.empty() ? "" : " ", card);
}

// Environment variables by which libraries choose instructions, the precision of their products, or algorithms.
constexpr const char* kLibrarySettings[] = {"MKL_ENABLE_INSTRUCTIONS",    "MKL_CBWR",
                                            "ONEDNN_MAX_CPU_ISA",         "DNNL_MAX_CPU_ISA",
                                            "ONEDNN_CPU_ISA_HINTS",       "DNNL_CPU_ISA_HINTS",
                                            "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE",
                                            "NVIDIA_TF32_OVERRIDE",       "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
                                            "CUBLAS_WORKSPACE_CONFIG",    "LIBXSMM_TARGET"};

}  // namespace

std::map<std::string, std::string> DescribeEnvironment(c10::Device device) {
  std::map<std::string, std::string> environment = {{"processor", ProcessorName()},
                                                    {"instruction set", at::get_cpu_capability()},
                                                    {"threads", absl::StrCat(at::get_num_threads())},
                                                    {"device", DescribeDevice(device)},
                                                    {"libtorch", TORCH_VERSION},
                                                    {"compiler", __VERSION__},
                                                    {"sources", kSourceDigest}};
  if (device.is_cpu()) environment["float32 products"] = ops::FloatProductLibrary();
  if (const std::string commit = Commit(); !commit.empty()) environment["commit"] = commit;
  return environment;
}

std::string DescribeComputation(c10::Device device) {
  std::string text =
      absl::StrCat("threads ", at::get_num_threads(), ", ", at::get_cpu_capability(), ", libtorch ", TORCH_VERSION);
  absl::StrAppend(&text, ", ",
                  device.is_cpu() ? absl::StrCat("products by ", ops::FloatProductLibrary()) : DescribeDevice(device));
  for (const char* name : kLibrarySettings) {
    if (const char* value = std::getenv(name)) absl::StrAppend(&text, ", ", name, "=", value);
  }
  return text;
}

}  // namespace retort
