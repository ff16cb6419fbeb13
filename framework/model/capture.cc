#include "framework/model/capture.h"

#include <algorithm>

namespace retort {

void Capture::Add(const Capture& other) {
  hidden.insert(other.hidden.begin(), other.hidden.end());
  attention.insert(other.attention.begin(), other.attention.end());
  logits.insert(other.logits.begin(), other.logits.end());
  decoder_inputs.insert(other.decoder_inputs.begin(), other.decoder_inputs.end());
  padding = padding || other.padding;
}

bool Capture::Reads(HeadKind head) const {
  const std::set<HeadRows> rows = head_rows();
  return std::any_of(rows.begin(), rows.end(), [&](const HeadRows& read) { return read.head == head; });
}

std::set<HeadRows> Capture::head_rows() const {
  std::set<HeadRows> rows = logits;
  for (RowSet read : decoder_inputs) rows.insert({HeadKind::kVocabulary, read});
  return rows;
}

int Capture::Depth(int layers) const {
  if (ReadsHeads()) return layers;
  int depth = 0;
  if (!hidden.empty()) depth = std::max(depth, *hidden.rbegin());
  if (!attention.empty()) depth = std::max(depth, *attention.rbegin());
  return depth;
}

}  // namespace retort
