#ifndef RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_DEVICE_H_
#define RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_DEVICE_H_

#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/ops/adamw/adamw.h"

namespace retort::ops {

// AdamW on a device that is not the CPU: one kernel for all segments. Nothing waits for the device.
//
// In builds without --config=cuda one thread of the CPU does what the kernels do, for tests, on tensors of the CPU.
void AdamWOnDevice(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
                   at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
                   at::Tensor working_copy);

// GradientNorm and SegmentNorms there, with the same bits each time.
at::Tensor GradientNormOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient);
at::Tensor SegmentNormsOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_DEVICE_H_
