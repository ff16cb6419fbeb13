#include "framework/ops/dropout/dropout_device.h"

#include "ATen/TensorOperators.h"
#include "framework/ops/dropout/dropout_reference.h"

namespace retort::ops {

at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site) {
  return x * DropoutScaleReference(x.size(1), x.size(2), rate, site, x.device()).to(x.scalar_type());
}

}  // namespace retort::ops
