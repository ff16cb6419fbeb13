#include "framework/testing/block/kernel_testing.h"

namespace retort::testing {

std::optional<c10::Device> KernelDevice() { return c10::Device(at::kCPU); }

}  // namespace retort::testing
