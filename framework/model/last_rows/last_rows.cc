#include "framework/model/last_rows/last_rows.h"

#include <cstdint>
#include <set>
#include <vector>

#include "ATen/ops/tensor.h"
#include "framework/base/device/to_device.h"
#include "glog/logging.h"

namespace retort {
namespace {

void AddPooled(Pooling pooling, LastRows* rows) {
  switch (pooling) {
    case Pooling::kFirst:
    case Pooling::kPooler:
      rows->first = true;
      return;
    case Pooling::kLast:
      rows->final = true;
      return;
    case Pooling::kNone:
    case Pooling::kMean:
      rows->all = true;
      return;
  }
}

void AddRead(const EncoderConfig& config, const HeadRows& read, LastRows* rows) {
  switch (read.rows) {
    case RowSet::kReal:
      rows->all = true;
      return;
    case RowSet::kLabelled:
      rows->labelled = true;
      return;
    case RowSet::kSequences: {
      const HeadSpec* head = FindHead(config, read.head);
      CHECK(head != nullptr) << "no head of " << HeadKindName(read.head);
      AddPooled(head->pooling, rows);
      return;
    }
  }
}

// b·S + s of the labelled positions.
std::set<int64_t> LabelledRows(const Batch& batch) {
  std::set<int64_t> rows;
  int64_t sequence = 0, before = 0;  // Real rows before the sequence.
  for (int64_t place : batch.labelled_places) {
    while (place - before >= batch.masks.lengths[sequence]) before += batch.masks.lengths[sequence++];
    rows.insert(sequence * batch.positions() + place - before);
  }
  return rows;
}

}  // namespace

LastRows LastRows::Of(const EncoderConfig& config, const Capture& capture) {
  const int depth = config.depth();
  LastRows rows;
  rows.all = !capture.read_rows_only || !capture.ReadsHeads() || capture.hidden.count(depth) > 0 ||
             capture.attention.count(depth) > 0 || config.layer(depth).bottleneck.width > 0;
  if (rows.all) return rows;
  for (const HeadRows& read : capture.head_rows()) AddRead(config, read, &rows);
  return rows;
}

ops::Packing LastRows::Of(const Batch& batch, const ops::Packing& packing) const {
  if (all) return packing;
  std::set<int64_t> rows;
  if (labelled) rows = LabelledRows(batch);
  for (int64_t sequence = 0; sequence < batch.sequences(); ++sequence) {
    const int64_t begin = sequence * batch.positions();
    if (first) rows.insert(begin);
    if (final) rows.insert(begin + batch.masks.lengths[sequence] - 1);
  }
  if (rows.empty()) return packing;
  ops::Packing chosen = packing;
  chosen.offsets.reset();
  chosen.rows = ToDevice(at::tensor(std::vector<int64_t>(rows.begin(), rows.end())), batch.ids.device());
  return chosen;
}

}  // namespace retort
