#include "framework/ops/attention/attention_device.h"

#include <cstdint>

#include "framework/ops/attention/attention_row.h"
#include "framework/ops/block/block.h"
#include "framework/ops/convert_row/work_type.h"
#include "glog/logging.h"

namespace retort::ops {
namespace {

template <typename Pass>
void Run(const Pass& pass) {
  for (int64_t row = 0; row < pass.rows.count; ++row) pass.Run(HostBlock(), row);
}

}  // namespace

void SoftmaxOnDevice(const SoftmaxOptions& options, at::Tensor* scores, at::Tensor* dropped) {
  CHECK(scores->device().is_cpu());
  DispatchFloats(scores->scalar_type(),
                 [&](auto type) { Run(SoftmaxPassOf<decltype(type)>(options, *scores, *dropped)); });
}

void SoftmaxGradientOnDevice(const SoftmaxOptions& options, const at::Tensor& probabilities, at::Tensor* gradient,
                             at::Tensor* dropped) {
  CHECK(gradient->device().is_cpu());
  DispatchFloats(gradient->scalar_type(), [&](auto type) {
    Run(SoftmaxGradientPassOf<decltype(type)>(options, probabilities, *gradient, *dropped));
  });
}

}  // namespace retort::ops
