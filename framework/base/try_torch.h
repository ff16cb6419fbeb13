#ifndef RETORT_FRAMEWORK_BASE_TRY_TORCH_H_
#define RETORT_FRAMEWORK_BASE_TRY_TORCH_H_

#include <exception>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace retort {

// The status of an exception that libtorch or the standard library threw: ResourceExhausted, "memory ran out", or
// Internal; the message is `what` and the first line of the exception's text.
absl::Status StatusOfException(absl::string_view what, const std::exception& exception);

// Whether a status is, or was made of, that of memory that ran out; a full disk is ResourceExhausted, too.
bool IsOutOfMemory(const absl::Status& status);

// Calls `f`, which returns an absl::Status or StatusOr<T>, and turns exceptions into statuses: the one place where
// libtorch's are caught. `what` says what was being done: "step 17".
template <typename F>
auto TryTorch(absl::string_view what, F&& f) -> decltype(f()) {
  try {
    return std::forward<F>(f)();
  } catch (const std::exception& exception) {
    return StatusOfException(what, exception);
  }
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_TRY_TORCH_H_
