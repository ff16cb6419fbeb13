#include "ATen/Context.h"
#include "framework/testing/block/kernel_testing.h"

namespace retort::testing {

std::optional<c10::Device> KernelDevice() {
  if (!at::hasCUDA()) return std::nullopt;
  return c10::Device(at::kCUDA, 0);
}

}  // namespace retort::testing
