#include "framework/model/capture.h"

#include <algorithm>
#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"

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

at::Tensor AttentionState::scores() const {
  const at::ScalarType type = query_.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const double scale = 1.0 / std::sqrt(static_cast<double>(query_.size(-1)));
  return at::matmul(query_.to(type) * scale, key_.to(type).transpose(-2, -1));
}

}  // namespace retort
