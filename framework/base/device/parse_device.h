#ifndef RETORT_FRAMEWORK_BASE_DEVICE_PARSE_DEVICE_H_
#define RETORT_FRAMEWORK_BASE_DEVICE_PARSE_DEVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"

namespace retort {

// The device that a program's --device names, "cpu" or "cuda". InvalidArgument, beginning with "--device: ", for other
// names, and for "cuda" where there is none.
absl::StatusOr<c10::Device> ParseDevice(const std::string& name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_DEVICE_PARSE_DEVICE_H_
