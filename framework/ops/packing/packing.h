#ifndef RETORT_FRAMEWORK_OPS_PACKING_PACKING_H_
#define RETORT_FRAMEWORK_OPS_PACKING_PACKING_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"

namespace retort::ops {

// Which positions of B sequences, padded to S, are the rows of tensors [n, ...]: the real ones alone, one sequence
// after the other, so that padding costs nothing (Zeng et al. 2022, arXiv:2208.08124: an "unpadded" BERT), or all.
struct Packing {
  std::vector<int64_t> lengths;  // [B] The real positions of each sequence, at least one: its first ones.
  int64_t positions = 0;         // S
  at::Tensor valid;              // [B, S] bool: the real positions; undefined if all are.
  at::Tensor rows;  // [n] int64, ascending: the place b·S + s of each row. Undefined: all places are rows.
  // [B + 1] int32: where the rows of each sequence begin, and n; undefined if padding is among them. GPUs read it.
  at::Tensor offsets = {};

  int64_t sequences() const { return static_cast<int64_t>(lengths.size()); }
};

// [B, S, C] -> [n, C], the rows alone. Gradient flows to x.
at::Tensor Pack(const at::Tensor& x, const Packing& packing);

// [n, C] -> [B, S, C], with 0 at places that are no rows. Gradient flows to x.
at::Tensor Unpack(const at::Tensor& x, const Packing& packing);

// The rows of one packing as those of another of the same sequences: [n, C] -> [m, C], with 0 at places that are no
// rows of `from`; x itself if both have the same tensor of rows. Gradient flows to x, of rows that `to` has.
at::Tensor Repack(const at::Tensor& x, const Packing& from, const Packing& to);

// Unpack, and each row cut into heads: [n, A·d] -> [B, A, S, d].
at::Tensor UnpackHeads(const at::Tensor& x, int64_t heads, const Packing& packing);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_PACKING_PACKING_H_
