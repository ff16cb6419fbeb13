#include "framework/train/student/schedule.h"

#include <cmath>

namespace retort {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Warmup {
  double share = 0;
  bool from_zero = false;
};

Warmup WarmupOf(const Stage& stage) {
  switch (stage.schedule_case()) {
    case Stage::kLinear:
      return {stage.linear().warmup(), stage.linear().from_zero()};
    case Stage::kCosine:
      return {stage.cosine().warmup(), stage.cosine().from_zero()};
    default:
      return {stage.constant().warmup(), stage.constant().from_zero()};
  }
}

}  // namespace

double ScheduleFactor(const Stage& stage, int64_t steps_done, int64_t total_steps) {
  const double total = static_cast<double>(total_steps);
  const double done = static_cast<double>(steps_done);
  const auto [share, from_zero] = WarmupOf(stage);
  const double warmup = from_zero ? share * total : std::floor(share * total);
  if (done < warmup) return (from_zero ? done : done + 1) / warmup;
  const double progress = (done - warmup) / (total - warmup);
  if (stage.has_linear()) return 1 - progress;
  if (stage.has_cosine()) return (1 + std::cos(kPi * progress)) / 2;
  return 1;
}

}  // namespace retort
