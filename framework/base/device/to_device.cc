#include "framework/base/device/to_device.h"

namespace retort {

at::Tensor ToDevice(const at::Tensor& host, c10::Device device) {
  if (device.is_cpu()) return host;
  return host.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace retort
