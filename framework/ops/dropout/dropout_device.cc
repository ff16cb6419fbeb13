#include "framework/ops/dropout/dropout_device.h"

#include "ATen/TensorOperators.h"
#include "framework/ops/dropout/dropout_reference.h"

namespace retort::ops {

at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  at::Tensor scale = DropoutScaleReference(places.positions, x.size(-1), rate, site, x.device()).flatten(0, 1);
  if (places.rows.defined()) scale = scale.index_select(0, places.rows);
  return x * scale.view(x.sizes()).to(x.scalar_type());
}

}  // namespace retort::ops
