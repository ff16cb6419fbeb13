#include "framework/base/device/parse_device.h"

#include "ATen/Context.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {

absl::StatusOr<c10::Device> ParseDevice(const std::string& name) {
  if (name == "cpu") return c10::Device(at::kCPU);
  if (name != "cuda") return absl::InvalidArgumentError(absl::StrCat("--device: want cpu or cuda, got ", name));
  if (at::hasCUDA()) return c10::Device(at::kCUDA, 0);
  return absl::InvalidArgumentError(
      "--device: want cpu, got cuda: there is no CUDA device, or the program was built without --config=cuda");
}

}  // namespace retort
