#ifndef RETORT_FRAMEWORK_BASE_PROBLEMS_H_
#define RETORT_FRAMEWORK_BASE_PROBLEMS_H_

#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace retort {

// Collects what is wrong with a configuration, each problem with the place it was found at, so that a user sees all of
// them at once. Places end where the problem begins: `stage "distil": batch: sequences`. Not thread-safe.
class Problems {
 public:
  // Adds the line "<place>: <what>".
  void Add(absl::string_view place, absl::string_view what) { lines_.push_back(absl::StrCat(place, ": ", what)); }

  // Adds "<place>: want <wanted>, got <got>" unless the condition holds.
  template <typename T>
  void Want(bool holds, absl::string_view place, absl::string_view wanted, const T& got) {
    if (!holds) Add(place, absl::StrCat("want ", wanted, ", got ", got));
  }

  // Wants a finite number above 0, or one of at least 0. NaN is neither.
  void Positive(absl::string_view place, double value) { Want(value > 0 && std::isfinite(value), place, "> 0", value); }
  void AtLeastZero(absl::string_view place, double value) {
    Want(value >= 0 && std::isfinite(value), place, "a finite number >= 0", value);
  }

  // Wants a share: 0 <= value <= 1, or value < 1 where 1 is not allowed.
  void Share(absl::string_view place, double value, bool one_allowed) {
    Want(value >= 0 && (one_allowed ? value <= 1 : value < 1), place,
         one_allowed ? "a number from 0 to 1" : "a number >= 0 and < 1", value);
  }

  bool empty() const { return lines_.empty(); }

  // OK without problems; else InvalidArgument with one line per problem.
  absl::Status ToStatus() const {
    return lines_.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PROBLEMS_H_
