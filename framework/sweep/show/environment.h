#ifndef RETORT_FRAMEWORK_SWEEP_SHOW_ENVIRONMENT_H_
#define RETORT_FRAMEWORK_SWEEP_SHOW_ENVIRONMENT_H_

#include <map>
#include <string>

#include "c10/core/Device.h"

namespace retort {

// What a result depends on beside its configuration: processor, instruction set, threads, device, libtorch, sources.
std::map<std::string, std::string> DescribeEnvironment(c10::Device device);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_SHOW_ENVIRONMENT_H_
