#ifndef RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_ROW_H_
#define RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_ROW_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/ops/from_blob.h"
#include "c10/util/BFloat16.h"
#include "framework/base/device/to_device.h"
#include "framework/ops/adamw/adamw.h"
#include "framework/ops/adamw/adamw_element.h"
#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

inline constexpr int64_t kAdamWRow = 4096;  // Elements of one segment that one block works on.

RETORT_HOST_DEVICE inline int64_t AdamWRowsOf(int64_t size) { return (size + kAdamWRow - 1) / kAdamWRow; }

// A trainable segment, and the first of the rows that it is cut into.
struct AdamWPart {
  int64_t segment, first_row, offset, size;
  AdamWCoefficients coefficients;
};

// The parts as kernels read them.
struct AdamWParts {
  const AdamWPart* data;
  int64_t count, rows;
};

// The parts in memory of a device. They are copied there without waiting for it.
class AdamWTable {
 public:
  AdamWTable(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, c10::Device device) {
    std::vector<AdamWPart> parts;
    for (size_t i = 0; i < segments.size(); ++i) {
      const AdamWSegment& segment = segments[i];
      if (!segment.trainable || segment.size == 0) continue;
      const auto number = static_cast<int64_t>(i);
      parts.push_back({number, rows_, segment.offset, segment.size, CoefficientsOf(options, segment)});
      rows_ += AdamWRowsOf(segment.size);
    }
    count_ = static_cast<int64_t>(parts.size());
    const auto bytes = static_cast<int64_t>(parts.size() * sizeof(AdamWPart));
    bytes_ = ToDevice(at::from_blob(parts.data(), {bytes}, at::kByte).clone(), device);
  }

  AdamWParts parts() const {
    return {reinterpret_cast<const AdamWPart*>(bytes_.const_data_ptr<uint8_t>()), count_, rows_};
  }

 private:
  at::Tensor bytes_;
  int64_t count_ = 0, rows_ = 0;
};

// The elements of one row: from..end of the flat buffers.
struct AdamWRange {
  int64_t part, from, end;
};

RETORT_HOST_DEVICE inline AdamWRange RangeOf(const AdamWParts& parts, int64_t row) {
  int64_t low = 0, high = parts.count - 1;
  while (low < high) {
    const int64_t middle = (low + high + 1) / 2;
    if (parts.data[middle].first_row <= row) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const AdamWPart& part = parts.data[low];
  const int64_t begin = (row - part.first_row) * kAdamWRow;
  const int64_t end = begin + kAdamWRow < part.size ? begin + kAdamWRow : part.size;
  return {low, part.offset + begin, part.offset + end};
}

// The flat buffers of a step.
struct AdamWBuffers {
  const float *factors, *gradient;
  float *parameters, *first, *second;
  c10::BFloat16* copy;  // Or null.
};

inline AdamWBuffers AdamWBuffersOf(const at::Tensor& factors, const at::Tensor& parameters, const at::Tensor& gradient,
                                   const at::Tensor& first_moment, const at::Tensor& second_moment,
                                   const at::Tensor& working_copy) {
  return {factors.const_data_ptr<float>(), gradient.const_data_ptr<float>(),
          parameters.data_ptr<float>(),    first_moment.data_ptr<float>(),
          second_moment.data_ptr<float>(), working_copy.defined() ? working_copy.data_ptr<c10::BFloat16>() : nullptr};
}

// AdamW of one row, by all threads of a block.
template <typename Block>
RETORT_HOST_DEVICE void UpdateRow(const Block& block, const AdamWParts& parts, const AdamWBuffers& buffers,
                                  int64_t row) {
  const AdamWRange range = RangeOf(parts, row);
  const AdamWPart& part = parts.data[range.part];
  const AdamWCoefficients c = part.coefficients;
  const float factor = buffers.factors[part.segment];
  if (!std::isfinite(factor)) return;
  for (int64_t i = range.from + block.thread(); i < range.end; i += block.threads()) {
    UpdateElement(c, factor * buffers.gradient[i], &buffers.parameters[i], &buffers.first[i], &buffers.second[i]);
    if (buffers.copy != nullptr) buffers.copy[i] = buffers.parameters[i];
  }
}

// Σ g² of one row to sums[row], by all threads of a block.
template <typename Block>
RETORT_HOST_DEVICE void SquareRow(const Block& block, const AdamWParts& parts, const float* gradient, int64_t row,
                                  double* sums) {
  const AdamWRange range = RangeOf(parts, row);
  double sum = 0;
  for (int64_t i = range.from + block.thread(); i < range.end; i += block.threads()) {
    sum += static_cast<double>(gradient[i]) * gradient[i];
  }
  sum = block.Sum(sum);
  if (block.thread() == 0) sums[row] = sum;
}

// The norm of one part from the sums of its rows, to norms[segment], by all threads of a block.
template <typename Block>
RETORT_HOST_DEVICE void NormOfPart(const Block& block, const AdamWPart& part, const double* sums, double* norms) {
  double sum = 0;
  for (int64_t i = block.thread(); i < AdamWRowsOf(part.size); i += block.threads()) sum += sums[part.first_row + i];
  sum = block.Sum(sum);
  if (block.thread() == 0) norms[part.segment] = std::sqrt(sum);
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_ADAMW_ADAMW_ROW_H_
