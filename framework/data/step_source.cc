#include "framework/data/step_source.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr double kMaxSteps = 1e15;

}  // namespace

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

absl::StatusOr<int64_t> StepsForTokens(const StepSource& source, int64_t tokens) {
  if (tokens <= 0) return absl::InvalidArgumentError(absl::StrCat("budget.tokens: want > 0, got ", tokens));
  int64_t steps = 0;
  for (int64_t seen = 0; seen < tokens; ++steps) seen += source.Shape(steps).tokens;
  return steps;
}

absl::StatusOr<int64_t> StepsForEpochs(const StepSource& source, double epochs) {
  const double steps = std::ceil(epochs * static_cast<double>(source.steps_per_epoch()));
  if (!(epochs > 0 && steps <= kMaxSteps)) {
    return absl::InvalidArgumentError(absl::StrCat("budget.epochs: want > 0, of at most ", kMaxSteps,
                                                   " steps in all, got ", epochs, " epochs of ",
                                                   source.steps_per_epoch()));
  }
  return static_cast<int64_t>(steps);
}

}  // namespace retort
