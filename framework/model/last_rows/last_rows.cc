#include "framework/model/last_rows/last_rows.h"

#include <tuple>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/_unique.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/sum.h"
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
  const at::Tensor begins = at::arange(batch.sequences(), batch.ids.options()) * batch.positions();
  std::vector<at::Tensor> places;
  if (labelled) places.push_back(batch.labelled_rows);
  if (first) places.push_back(begins);
  if (final) places.push_back(begins + at::sum(batch.valid, {1}) - 1);
  ops::Packing chosen = packing;
  chosen.rows = places.size() == 1 ? places.front() : std::get<0>(at::_unique(at::cat(places), /*sorted=*/true));
  return chosen.rows.size(0) == 0 ? packing : chosen;
}

}  // namespace retort
