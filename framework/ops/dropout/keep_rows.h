#ifndef RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_ROWS_H_
#define RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_ROWS_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/vector_math/host_device.h"

namespace retort::ops {

// The draws of the rows of a tensor, as kernels take them. Holds pointers into the tensors of what it is made from.
struct KeepRows {
  RETORT_HOST_DEVICE bool drops() const { return rate.threshold != 0; }

  // What the draws of a row depend on. REQUIRES: drops().
  RETORT_HOST_DEVICE uint32_t Position(int64_t row) const { return static_cast<uint32_t>(Place(row) % positions); }
  RETORT_HOST_DEVICE KeepStream Stream(int64_t row) const {
    KeepStream of_sample = stream;
    of_sample.sample = static_cast<uint32_t>(samples[Place(row) / positions]);
    return of_sample;
  }
  RETORT_HOST_DEVICE int64_t Place(int64_t row) const { return places == nullptr ? row : places[row]; }

  KeepRate rate;
  KeepStream stream;       // But for the sample.
  int64_t positions;       // S
  const int64_t* samples;  // [B], not read if nothing is dropped.
  const int64_t* places;   // [n], or null: row i stands at place i.
};

inline KeepRows KeepRowsOf(double rate, const DropoutSite& site, const RowPlaces& places) {
  const KeepRate keep(rate);
  return {keep, StreamOf(site, 0), places.positions,
          keep.threshold != 0 ? site.sample_ids.const_data_ptr<int64_t>() : nullptr,
          places.rows.defined() ? places.rows.const_data_ptr<int64_t>() : nullptr};
}

// Philox calls that a row takes.
RETORT_HOST_DEVICE inline int64_t KeepCalls(int64_t channels) {
  return (channels + kKeepBlock - 1) / kKeepBlock * kKeepLanes;
}

// visit(channel, keep / (1 - p)) for the channels of one call, in [0, KeepCalls(channels)).
template <typename Visit>
RETORT_HOST_DEVICE void VisitCall(const KeepStream& stream, uint32_t position, const KeepRate& rate, int64_t call,
                                  int64_t channels, const Visit& visit) {
  uint32_t words[4];
  KeepWords(stream, position, static_cast<uint32_t>(call), words);
  for (int part = 0; part < kKeepParts; ++part) {
    const int64_t channel = call / kKeepLanes * kKeepBlock + part * kKeepLanes + call % kKeepLanes;
    if (channel < channels) visit(channel, KeepDraw(words, part) < rate.threshold ? 0.0f : rate.scale);
  }
}

// The same for all channels of a row, by the threads of a block: a thread takes whole calls. Where nothing is dropped
// keep / (1 - p) is 1, and a thread takes the channels that loops over a row give it.
template <typename Block, typename Visit>
RETORT_HOST_DEVICE void VisitChannels(const Block& block, const KeepRows& rows, int64_t row, int64_t channels,
                                      const Visit& visit) {
  if (!rows.drops()) {
    for (int64_t channel = block.thread(); channel < channels; channel += block.threads()) visit(channel, 1.0f);
    return;
  }
  const KeepStream stream = rows.Stream(row);
  const uint32_t position = rows.Position(row);
  const int64_t calls = KeepCalls(channels);
  for (int64_t call = block.thread(); call < calls; call += block.threads()) {
    VisitCall(stream, position, rows.rate, call, channels, visit);
  }
}

}  // namespace retort::ops

#endif  // RETORT_FRAMEWORK_OPS_DROPOUT_KEEP_ROWS_H_
