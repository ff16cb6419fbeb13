#ifndef RETORT_FRAMEWORK_BASE_DEVICE_TO_DEVICE_H_
#define RETORT_FRAMEWORK_BASE_DEVICE_TO_DEVICE_H_

#include "ATen/core/Tensor.h"
#include "c10/core/Device.h"

namespace retort {

// A tensor of the host on a device: itself on the CPU; on a GPU a copy through pinned memory, which is made in its turn
// while the host goes on, and which `host` may change or end after. Thread-safe.
at::Tensor ToDevice(const at::Tensor& host, c10::Device device);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_DEVICE_TO_DEVICE_H_
