#include "framework/model/capture.h"

#include <algorithm>

namespace retort {

void Capture::Add(const Capture& other) {
  hidden.insert(other.hidden.begin(), other.hidden.end());
  attention.insert(other.attention.begin(), other.attention.end());
  vocabulary_rows.insert(other.vocabulary_rows.begin(), other.vocabulary_rows.end());
}

int Capture::Depth(int layers) const {
  if (!vocabulary_rows.empty()) return layers;
  int depth = 0;
  if (!hidden.empty()) depth = std::max(depth, *hidden.rbegin());
  if (!attention.empty()) depth = std::max(depth, *attention.rbegin());
  return depth;
}

}  // namespace retort
