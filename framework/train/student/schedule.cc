#include "framework/train/student/schedule.h"

#include <cmath>

namespace retort {
namespace {

constexpr double kPi = 3.14159265358979323846;

double WarmupShare(const Stage& stage) {
  switch (stage.schedule_case()) {
    case Stage::kLinear:
      return stage.linear().warmup();
    case Stage::kCosine:
      return stage.cosine().warmup();
    default:
      return stage.constant().warmup();
  }
}

}  // namespace

double ScheduleFactor(const Stage& stage, int64_t steps_done, int64_t total_steps) {
  const double total = static_cast<double>(total_steps);
  const double done = static_cast<double>(steps_done);
  const double warmup = std::floor(WarmupShare(stage) * total);
  if (done < warmup) return (done + 1) / warmup;
  const double progress = (done - warmup) / (total - warmup);
  if (stage.has_linear()) return 1 - progress;
  if (stage.has_cosine()) return (1 + std::cos(kPi * progress)) / 2;
  return 1;
}

}  // namespace retort
