#ifndef RETORT_FRAMEWORK_BASE_INPUT_CATCH_EXCEPTIONS_H_
#define RETORT_FRAMEWORK_BASE_INPUT_CATCH_EXCEPTIONS_H_

#include <exception>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace retort {

// What `function` returns, an absl::Status or StatusOr, or the error that an exception out of it becomes:
// ResourceExhausted where memory is short, else Internal, each with `what` before it ("reading the corpus"). What a
// thread runs goes through this: an exception that leaves a thread ends the program.
template <typename Function>
auto CatchExceptions(absl::string_view what, const Function& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(what, ": there is not enough memory"));
  } catch (const std::exception& exception) {
    return absl::InternalError(absl::StrCat(what, ": ", exception.what()));
  }
}

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_INPUT_CATCH_EXCEPTIONS_H_
