#include "framework/ops/adamw/adamw_device.h"

#include <cstdint>

#include "ATen/TensorOperators.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/zeros.h"
#include "framework/ops/adamw/adamw_row.h"
#include "framework/ops/block/block.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

// Σ g² of each row.
at::Tensor RowSquares(const AdamWParts& parts, const at::Tensor& gradient) {
  CHECK(gradient.device().is_cpu());
  const at::Tensor sums = at::empty({parts.rows}, at::kDouble);
  for (int64_t row = 0; row < parts.rows; ++row) {
    SquareRow(HostBlock(), parts, gradient.const_data_ptr<float>(), row, sums.data_ptr<double>());
  }
  return sums;
}

}  // namespace

void AdamWOnDevice(const AdamWOptions& options, const std::vector<AdamWSegment>& segments, const at::Tensor& factors,
                   at::Tensor parameters, const at::Tensor& gradient, at::Tensor first_moment, at::Tensor second_moment,
                   at::Tensor working_copy) {
  CHECK(parameters.device().is_cpu());
  const AdamWTable table(options, segments, parameters.device());
  const AdamWBuffers buffers = AdamWBuffersOf(factors, parameters, gradient, first_moment, second_moment, working_copy);
  for (int64_t row = 0; row < table.parts().rows; ++row) UpdateRow(HostBlock(), table.parts(), buffers, row);
}

at::Tensor GradientNormOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  const AdamWTable table({}, segments, gradient.device());
  return RowSquares(table.parts(), gradient).sum().sqrt();
}

at::Tensor SegmentNormsOnDevice(const std::vector<AdamWSegment>& segments, const at::Tensor& gradient) {
  const AdamWTable table({}, segments, gradient.device());
  const AdamWParts parts = table.parts();
  const at::Tensor norms = at::zeros({static_cast<int64_t>(segments.size())}, at::kDouble);
  const at::Tensor sums = RowSquares(parts, gradient);
  for (int64_t part = 0; part < parts.count; ++part) {
    NormOfPart(HostBlock(), parts.data[part], sums.const_data_ptr<double>(), norms.data_ptr<double>());
  }
  return norms;
}

}  // namespace retort::ops
