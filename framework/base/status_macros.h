#ifndef RETORT_FRAMEWORK_BASE_STATUS_MACROS_H_
#define RETORT_FRAMEWORK_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Early return of errors for functions that return absl::Status or
// absl::StatusOr<T>.

// Evaluates `expression`, an absl::Status, once; returns it from the enclosing
// function unless it is OK.
#define RETORT_RETURN_IF_ERROR(expression)                                \
  do {                                                                    \
    if (absl::Status retort_status = (expression); !retort_status.ok()) { \
      return retort_status;                                               \
    }                                                                     \
  } while (false)

// Evaluates `expression`, an absl::StatusOr<T>, once; returns its error from
// the enclosing function, or moves its value into `declaration_or_lvalue`:
// RETORT_ASSIGN_OR_RETURN(std::string text, ReadFile(path)). A declaration
// whose type has a comma outside of parentheses needs `auto` or an alias. It
// expands to several statements, so it cannot be the unbraced body of an `if`.
#define RETORT_ASSIGN_OR_RETURN(declaration_or_lvalue, expression)                                            \
  RETORT_STATUS_MACROS_ASSIGN_(RETORT_STATUS_MACROS_JOIN_(retort_statusor_, __LINE__), declaration_or_lvalue, \
                               expression)

#define RETORT_STATUS_MACROS_ASSIGN_(statusor, declaration_or_lvalue, expression) \
  auto statusor = (expression);                                                   \
  if (!statusor.ok()) return std::move(statusor).status();                        \
  declaration_or_lvalue = *std::move(statusor)

#define RETORT_STATUS_MACROS_JOIN_(a, b) RETORT_STATUS_MACROS_JOIN_EXPANDED_(a, b)
#define RETORT_STATUS_MACROS_JOIN_EXPANDED_(a, b) a##b

#endif  // RETORT_FRAMEWORK_BASE_STATUS_MACROS_H_
