#include "framework/train/step_flops.h"

namespace retort {
namespace {

// A pass backward costs twice a pass forward: gradients of inputs and of weights.
constexpr double kForwardAndBackward = 3;

double Flops(const Encoder& encoder, const Capture& demands, const BatchMasks& masks) {
  return encoder.ForwardFlops(PassSize::Of(masks), demands,
                              [&](RowSet rows) { return static_cast<double>(masks.Rows(rows)); });
}

}  // namespace

StepFlops CountStepFlops(const Encoder& student, const Encoder* teacher, const Objective& objective,
                         const std::vector<BatchMasks>& micro_batches) {
  const Capture demands = objective.teacher();
  StepFlops flops;
  for (const BatchMasks& masks : micro_batches) {
    flops.student += kForwardAndBackward * Flops(student, objective.student(), masks);
    if (teacher != nullptr && !demands.empty()) flops.teacher += Flops(*teacher, demands, masks);
  }
  return flops;
}

}  // namespace retort
