#include "framework/ops/adamw/adamw_device.h"

#include "framework/ops/adamw/adamw_reference.h"

namespace retort::ops {

void AdamWOnDevice(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, at::Tensor parameters,
                   const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
                   at::Tensor working_copy) {
  AdamWReference(options, segments, parameters, gradient, first_moment, second_moment, working_copy);
}

at::Tensor GradientNormOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  return GradientNormReference(segments, gradient);
}

at::Tensor SegmentNormsOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  return SegmentNormsReference(segments, gradient);
}

}  // namespace retort::ops
