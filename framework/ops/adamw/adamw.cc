#include "framework/ops/adamw/adamw.h"

#include <algorithm>
#include <cmath>

#include "ATen/Parallel.h"
#include "ATen/ops/scalar_tensor.h"
#include "ATen/ops/zeros.h"
#include "c10/util/BFloat16.h"
#include "framework/ops/adamw/adamw_device.h"
#include "framework/ops/adamw/adamw_element.h"
#include "framework/ops/convert_row/convert_row.h"
#include "framework/ops/vector_math/vector_math.h"

namespace retort::ops {
namespace {

constexpr int64_t kBlock = 1 << 15;  // Elements that one thread works on at a time.

RETORT_MULTIVERSION void UpdateBlock(const AdamWCoefficients& c, int64_t n, const float* __restrict gradient,
                                     float factor, float* __restrict parameters, float* __restrict first,
                                     float* __restrict second) {
  for (int64_t i = 0; i < n; ++i) UpdateElement(c, factor * gradient[i], &parameters[i], &first[i], &second[i]);
}

RETORT_MULTIVERSION double SquaredSum(const float* values, int64_t n) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(values[i + l]) * values[i + l];
  }
  double sum = 0;
  for (; i < n; ++i) sum += static_cast<double>(values[i]) * values[i];
  for (int l = 0; l < kLanes; ++l) sum += lanes[l];
  return sum;
}

// Calls kernel(offset, size) for blocks of the segment on all threads.
template <typename Kernel>
void ForEachBlock(const AdamWSegment& segment, const Kernel& kernel) {
  const int64_t blocks = (segment.size + kBlock - 1) / kBlock;
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      kernel(block, segment.offset + block * kBlock, std::min(kBlock, segment.size - block * kBlock));
    }
  });
}

// Σ g² of each of a segment's blocks.
std::vector<double> BlockSquares(const AdamWSegment& segment, const float* gradient) {
  std::vector<double> sums((segment.size + kBlock - 1) / kBlock);
  ForEachBlock(segment,
               [&](int64_t block, int64_t offset, int64_t size) { sums[block] = SquaredSum(gradient + offset, size); });
  return sums;
}

}  // namespace

void AdamW(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
           at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
           at::Tensor working_copy) {
  if (!parameters.device().is_cpu()) {
    return AdamWOnDevice(options, segments, factors, parameters, gradient, first_moment, second_moment, working_copy);
  }
  const float* g = gradient.const_data_ptr<float>();
  float* p = parameters.data_ptr<float>();
  float* m = first_moment.data_ptr<float>();
  float* v = second_moment.data_ptr<float>();
  c10::BFloat16* copy = working_copy.defined() ? working_copy.data_ptr<c10::BFloat16>() : nullptr;
  for (size_t i = 0; i < segments.size(); ++i) {
    const AdamWSegment& segment = segments[i];
    const float factor = factors.const_data_ptr<float>()[i];
    if (!segment.trainable || !std::isfinite(factor)) continue;
    const AdamWCoefficients c = CoefficientsOf(options, segment);
    ForEachBlock(segment, [&](int64_t, int64_t offset, int64_t size) {
      UpdateBlock(c, size, g + offset, factor, p + offset, m + offset, v + offset);
      if (copy != nullptr) ConvertRow(p + offset, size, copy + offset);
    });
  }
}

at::Tensor GradientNorm(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  if (!gradient.device().is_cpu()) return GradientNormOnDevice(segments, gradient);
  double total = 0;
  for (const AdamWSegment& segment : segments) {
    if (!segment.trainable) continue;
    for (double sum : BlockSquares(segment, gradient.const_data_ptr<float>())) total += sum;
  }
  return at::scalar_tensor(std::sqrt(total), at::kDouble);
}

at::Tensor SegmentNorms(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  if (!gradient.device().is_cpu()) return SegmentNormsOnDevice(segments, gradient);
  at::Tensor norms = at::zeros({static_cast<int64_t>(segments.size())}, at::kDouble);
  double* norm = norms.data_ptr<double>();
  for (const AdamWSegment& segment : segments) {
    double total = 0;
    if (segment.trainable) {
      for (double sum : BlockSquares(segment, gradient.const_data_ptr<float>())) total += sum;
    }
    *norm++ = std::sqrt(total);
  }
  return norms;
}

}  // namespace retort::ops
