#include "framework/ops/attention/attention_reference.h"

#include <cmath>
#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/ones_like.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/triu.h"
#include "framework/ops/dropout/dropout_reference.h"
#include "framework/ops/dropout/keep_bits.h"

namespace retort::ops {

at::Tensor AttentionReference(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                              const Packing& packing, const AttentionOptions& options) {
  constexpr double kMasked = -std::numeric_limits<double>::infinity();
  const at::Tensor q = UnpackHeads(query, options.heads, packing);
  at::Tensor k = UnpackHeads(key, options.heads, packing), v = UnpackHeads(value, options.heads, packing), padding;
  if (packing.valid.defined()) {
    padding = packing.valid.logical_not().view({q.size(0), 1, q.size(2), 1});
    k = k.masked_fill(padding, 0);
    v = v.masked_fill(padding, 0);
  }
  const at::ScalarType type = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor scores = at::matmul(q, k.transpose(-2, -1)).to(type) / std::sqrt(static_cast<double>(q.size(-1)));
  if (padding.defined()) scores = scores.masked_fill(padding.transpose(-2, -1), kMasked);
  if (options.causal) scores = scores.masked_fill(at::ones_like(scores, at::kBool).triu(1), kMasked);
  at::Tensor weights = at::softmax(scores, -1);
  if (KeepRate(options.rate).threshold != 0) {
    const at::Tensor scale = DropoutScaleReference(weights.size(1) * weights.size(2), weights.size(3), options.rate,
                                                   options.site, weights.device());
    weights = weights * scale.view(weights.sizes()).to(type);
  }
  const at::Tensor out = at::matmul(weights.to(q.scalar_type()), v);
  return Pack(out.transpose(1, 2).flatten(2), packing);
}

}  // namespace retort::ops
