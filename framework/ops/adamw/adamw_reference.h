#ifndef RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_REFERENCE_H_
#define RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_REFERENCE_H_

#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/ops/adamw/adamw.h"

namespace retort::ops {

// AdamW with plain ATen operations.
void AdamWReference(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
                    at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment,
                    at::Tensor second_moment, at::Tensor working_copy);

// GradientNorm and SegmentNorms with plain ATen operations.
at::Tensor GradientNormReference(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient);
at::Tensor SegmentNormsReference(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_REFERENCE_H_
