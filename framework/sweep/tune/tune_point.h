#ifndef RETORT_FRAMEWORK_SWEEP_TUNE_TUNE_POINT_H_
#define RETORT_FRAMEWORK_SWEEP_TUNE_TUNE_POINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/config/sweep.pb.h"

namespace retort {

// One combination of the values that a search tries.
struct TunePoint {
  std::optional<double> learning_rate;
  std::optional<int32_t> sequences;
  std::optional<double> epochs;

  // "learning_rate=0.0001,sequences=16": what is set, with all digits.
  std::string Text() const;
  // Trains the stage with it.
  void Apply(Stage* stage) const;
};

// All combinations in the order of the grid: the last field's values change first. At least one.
std::vector<TunePoint> TunePoints(const Tune& tune);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_TUNE_TUNE_POINT_H_
