#ifndef RETORT_FRAMEWORK_OPS_CONVERT_ROW_WORK_TYPE_H_
#define RETORT_FRAMEWORK_OPS_CONVERT_ROW_WORK_TYPE_H_

#include <type_traits>

#include "c10/core/ScalarType.h"
#include "c10/util/BFloat16.h"
#include "glog/logging.h"

namespace retort::ops {

// The type that kernels compute an element type in: float64 for itself, else float32.
template <typename T>
using WorkType = std::conditional_t<std::is_same_v<T, double>, double, float>;

// function(T()) for the element type T of a tensor. REQUIRES: float32, float64 or bfloat16.
template <typename Function>
void DispatchFloats(at::ScalarType type, const Function& function) {
  switch (type) {
    case at::kFloat:
      return function(float());
    case at::kDouble:
      return function(double());
    default:
      CHECK_EQ(type, at::kBFloat16);
      return function(c10::BFloat16());
  }
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_CONVERT_ROW_WORK_TYPE_H_
