#include "framework/ops/layer_norm/layer_norm_device.h"

#include <cstdint>

#include "framework/ops/block/block.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/layer_norm/layer_norm_row.h"
#include "glog/logging.h"

namespace retort::ops {

NormOutputs LayerNormOnDevice(const at::Tensor& x, const at::Tensor& skip, const NormParameters& parameters,
                              const RowDraws& draws) {
  CHECK(x.device().is_cpu());
  const NormOutputs outputs = EmptyNormOutputs(x, skip.defined() || draws.drops());
  DispatchFloats(x.scalar_type(), [&](auto type) {
    const auto pass = NormPassOf<decltype(type)>(x, skip, parameters, draws.rows(), outputs);
    for (int64_t row = 0; row < pass.rows; ++row) NormalizeRow(HostBlock(), pass, row);
  });
  return outputs;
}

NormGradients LayerNormGradientsOnDevice(const at::Tensor& gradient, const NormOutputs& outputs,
                                         const at::Tensor& scale, const RowDraws& draws) {
  CHECK(gradient.device().is_cpu());
  const NormGradients gradients = EmptyNormGradients(gradient, scale, draws.drops());
  DispatchFloats(gradient.scalar_type(), [&](auto type) {
    using T = decltype(type);
    const at::Tensor sums = EmptyGroupSums<T>(outputs);
    const auto pass = NormGradientPassOf<T>(gradient, outputs, scale, draws.rows(), sums, gradients);
    for (int64_t row = 0; row < pass.rows; ++row) NormGradientRow(HostBlock(), pass, row);
    for (int64_t group = 0; group < pass.groups(); ++group) {
      for (int64_t channel = 0; channel < pass.width; ++channel) AddUpGroup(pass, group, channel);
    }
    for (int64_t channel = 0; channel < pass.width; ++channel) AddUpGroups(HostBlock(), pass, channel);
  });
  return gradients;
}

}  // namespace retort::ops
