#include "framework/data/step_source.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "glog/logging.h"

namespace retort {
StepShape MeanStep(const StepSource& source) {
  double sequences = 0, positions = 0, tokens = 0;
  for (int64_t step = 0; step < source.steps_per_epoch(); ++step) {
    const StepShape shape = source.Shape(step);
    sequences += static_cast<double>(shape.sequences);
    positions += static_cast<double>(shape.positions);
    tokens += static_cast<double>(shape.tokens);
  }
  const double steps = static_cast<double>(source.steps_per_epoch());
  StepShape mean;
  mean.sequences = std::lround(sequences / steps);
  mean.positions = std::lround(positions / steps);
  mean.tokens = std::lround(tokens / steps);
  mean.labelled_share = source.LabelledShare(mean.sequences, mean.tokens);
  return mean;
}

absl::StatusOr<int64_t> CountedSteps(absl::string_view field, double steps, absl::string_view asked) {
  const double whole = std::ceil(steps);
  if (whole > 0 && whole <= static_cast<double>(kMostSteps)) return static_cast<int64_t>(whole);
  return absl::InvalidArgumentError(
      absl::StrCat("budget.", field, ": want > 0, of at most ", kMostSteps, " steps in all, got ", asked));
}

absl::StatusOr<int64_t> StepsForTokens(const StepSource& source, int64_t tokens) {
  if (tokens <= 0) return absl::InvalidArgumentError(absl::StrCat("budget.tokens: want > 0, got ", tokens));
  const int64_t epoch = source.steps_per_epoch();
  int64_t seen = 0;
  for (int64_t step = 0; step < epoch; ++step) {
    seen += source.Shape(step).tokens;
    if (seen >= tokens) return step + 1;
  }
  CHECK_GT(seen, 0);
  const int64_t epochs = tokens / seen;
  const double steps = static_cast<double>(epochs) * static_cast<double>(epoch);
  RETORT_RETURN_IF_ERROR(CountedSteps("tokens", steps, absl::StrCat(tokens, " tokens in epochs of ", seen)).status());
  const int64_t rest = tokens % seen;
  if (rest == 0) return epochs * epoch;
  RETORT_ASSIGN_OR_RETURN(const int64_t of_rest, StepsForTokens(source, rest));
  return epochs * epoch + of_rest;
}

absl::StatusOr<int64_t> StepsForEpochs(const StepSource& source, double epochs) {
  const int64_t epoch = source.steps_per_epoch();
  return CountedSteps("epochs", epochs * static_cast<double>(epoch), absl::StrCat(epochs, " epochs of ", epoch));
}

}  // namespace retort
