#include "framework/ops/packing/packing.h"

#include "ATen/ops/index_copy.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/zeros.h"

namespace retort::ops {

at::Tensor Pack(const at::Tensor& x, const Packing& packing) {
  const at::Tensor places = x.reshape({-1, x.size(-1)});
  return packing.rows.defined() ? at::index_select(places, 0, packing.rows) : places;
}

at::Tensor Unpack(const at::Tensor& x, const Packing& packing) {
  at::Tensor places = x;
  if (packing.rows.defined()) {
    const at::Tensor zeros = at::zeros({packing.sequences() * packing.positions, x.size(-1)}, x.options());
    places = at::index_copy(zeros, 0, packing.rows, x);
  }
  return places.view({packing.sequences(), packing.positions, x.size(-1)});
}

at::Tensor Repack(const at::Tensor& x, const Packing& from, const Packing& to) {
  return from.rows.is_same(to.rows) ? x : Pack(Unpack(x, from), to);
}

at::Tensor UnpackHeads(const at::Tensor& x, int64_t heads, const Packing& packing) {
  return Unpack(x, packing).view({packing.sequences(), packing.positions, heads, -1}).transpose(1, 2);
}

}  // namespace retort::ops
