#include "framework/ops/attention/attention_reference.h"

#include <cmath>
#include <limits>

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/ones_like.h"
#include "ATen/ops/softmax.h"
#include "ATen/ops/triu.h"
#include "ATen/ops/where.h"
#include "framework/ops/dropout/dropout_reference.h"
#include "framework/ops/dropout/keep_bits.h"

namespace retort::ops {

at::Tensor AttentionReference(const at::Tensor& any_query, const at::Tensor& any_key, const at::Tensor& any_value,
                              const AttentionMask& mask, double rate, const DropoutSite& site) {
  constexpr double kMasked = -std::numeric_limits<double>::infinity();
  at::Tensor query = any_query, key = any_key, value = any_value, padding;
  if (mask.valid.defined()) {
    padding = mask.valid.logical_not().view({query.size(0), 1, query.size(2), 1});
    query = at::where(padding, query.nan_to_num(0, 0, 0), query);
    key = key.masked_fill(padding, 0);
    value = value.masked_fill(padding, 0);
  }
  const at::ScalarType type = query.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor scores =
      at::matmul(query, key.transpose(-2, -1)).to(type) / std::sqrt(static_cast<double>(query.size(-1)));
  if (padding.defined()) scores = scores.masked_fill(padding.transpose(-2, -1), kMasked);
  if (mask.causal) scores = scores.masked_fill(at::ones_like(scores, at::kBool).triu(1), kMasked);
  at::Tensor weights = at::softmax(scores, -1);
  if (KeepRate(rate).threshold != 0) {
    const at::Tensor scale =
        DropoutScaleReference(weights.size(1) * weights.size(2), weights.size(3), rate, site, weights.device());
    weights = weights * scale.view(weights.sizes()).to(type);
  }
  return at::matmul(weights.to(query.scalar_type()), value);
}

}  // namespace retort::ops
