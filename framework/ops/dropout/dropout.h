#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "framework/ops/packing/packing.h"

namespace retort::ops {

// What the bits of one dropout site depend on, beside position and channel. A bit is a function of
// (seed, site, epoch, sample, ...): it does not depend on how a step is sliced, on other students or on earlier draws.
struct DropoutSite {
  uint64_t seed = 0;
  uint32_t site = 0;  // Which dropout layer of the model.
  int64_t epoch = 0;
  at::Tensor sample_ids;     // [B] int64, on the device of the values.
  int64_t first_sample = 0;  // The first of them: all of a sample that KernelSeed reads.
};

// What a kernel of libtorch is seeded with that draws by itself, for all sequences at once: a function of (seed, site,
// epoch, first sample), and so of the micro-batch.
uint64_t KernelSeed(const DropoutSite& site);

// Where the rows of x stand among sequences of S positions: row i at rows[i] = b·S + s, or at i if `rows` is undefined.
struct RowPlaces {
  int64_t positions = 0;  // S
  at::Tensor rows;        // [n] int64, on the device of x.
};

// Inverted dropout (Srivastava et al. 2014): y = x · keep / (1 - p'), where keep(b, s, c) is 0 with probability
// p' = round(65536 · p) / 65536.
//
// A draw is 16 bits of Philox4x32-10 with key (seed, site) and counter (sample, epoch, s, channels / 8): 8 draws per
// call, laid out over channels as framework/ops/dropout/keep_bits.h says.
//
// Args: x [B, S, C] float32, bfloat16 or float64; rate p in [0, 1). Gradient flows to x (with the same bits).
// Returns: as x; x itself if p' = 0.
at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site);

// The same for some positions of the sequences: x [n, C] has those of the packing, and loses what they lose above.
at::Tensor Dropout(const at::Tensor& x, double rate, const DropoutSite& site, const Packing& packing);

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_DROPOUT_H_
