#ifndef RETORT_FRAMEWORK_EVAL_SCORES_SCORES_JSON_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_SCORES_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/eval/scores/scores.h"

// Scores are kept, and read again when a later sweep has the evaluation in common. JSON, so that they stay readable;
// every number reads back bit for bit, NaN and infinities too (base/json_number). Pure functions.

namespace retort {

std::string ToJson(const Scores& scores);

// Errors: InvalidArgument that names the field, what was wanted and what was got. Unknown fields are ignored; missing
// ones are errors, so that a truncated or foreign file is not taken for an evaluation without results.
absl::StatusOr<Scores> ScoresFromJson(absl::string_view json);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_SCORES_JSON_H_
