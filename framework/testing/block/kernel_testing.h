#ifndef RETORT_FRAMEWORK_TESTING_BLOCK_KERNEL_TESTING_H_
#define RETORT_FRAMEWORK_TESTING_BLOCK_KERNEL_TESTING_H_

#include <optional>

#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"

namespace retort::testing {

// Where the functions work that are named <operation>OnDevice: on the CPU, but on a GPU if --config=cuda made kernels
// of them; nullopt if there is none then.
std::optional<c10::Device> KernelDevice();

// What a kernel's results of this type may differ from the same formula in float64, relative to the size of what was
// added up: 128 roundings of the type it computes in, float32 or float64, and one to bfloat16 if that is the type.
inline double KernelTolerance(at::ScalarType type) {
  constexpr double kFloat = 1.0 / (1 << 24), kDouble = kFloat / (1 << 29), kBfloat16 = 1.0 / (1 << 8);
  return 128 * (type == at::kDouble ? kDouble : kFloat) + (type == at::kBFloat16 ? kBfloat16 : 0);
}

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_BLOCK_KERNEL_TESTING_H_
