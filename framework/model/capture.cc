#include "framework/model/capture.h"

#include <algorithm>

namespace retort {

void Capture::Add(const Capture& other) {
  hidden.insert(other.hidden.begin(), other.hidden.end());
  attention.insert(other.attention.begin(), other.attention.end());
  logits.insert(other.logits.begin(), other.logits.end());
  padding = padding || other.padding;
}

bool Capture::Reads(HeadKind head) const {
  return std::any_of(logits.begin(), logits.end(), [&](const HeadRows& read) { return read.head == head; });
}

int Capture::Depth(int layers) const {
  if (!logits.empty()) return layers;
  int depth = 0;
  if (!hidden.empty()) depth = std::max(depth, *hidden.rbegin());
  if (!attention.empty()) depth = std::max(depth, *attention.rbegin());
  return depth;
}

}  // namespace retort
