#include "framework/ops/dropout/dropout_device.h"

#include <cstdint>

#include "ATen/ops/empty_like.h"
#include "framework/ops/convert_row/work_type.h"
#include "framework/ops/dropout/dropout_row.h"
#include "glog/logging.h"

namespace retort::ops {

at::Tensor DropOnDevice(const at::Tensor& x, double rate, const DropoutSite& site, const RowPlaces& places) {
  CHECK(x.device().is_cpu());
  const at::Tensor out = at::empty_like(x);
  DispatchFloats(x.scalar_type(), [&](auto type) {
    const auto pass = DropPassOf<decltype(type)>(x, KeepRowsOf(rate, site, places), out);
    for (int64_t call = 0; call < pass.calls(); ++call) DropCall(pass, call);
  });
  return out;
}

}  // namespace retort::ops
