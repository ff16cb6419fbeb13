#ifndef RETORT_FRAMEWORK_LOSS_ATTENTION_SUPPORT_H_
#define RETORT_FRAMEWORK_LOSS_ATTENTION_SUPPORT_H_

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/loss/loss_term.h"

namespace retort {

// What loss plugins over attention share. All functions are pure.

// InvalidArgument, "AttentionKlConfig: want teacher and student both causal or neither, got a causal teacher and a
// bidirectional student", if only one is, or if there is no teacher: their queries see different keys.
absl::Status RequireSameDirection(const LossContext& context, absl::string_view config);

// Queries, keys or values of a layer, [B, A, S, d], in the type of the loss and with 0 at padded positions, so that
// these may hold anything, even NaN. valid: [B, S] bool.
at::Tensor WithoutPadding(const at::Tensor& heads, const at::Tensor& valid);

// The vectors of all heads side by side, cut into `heads` heads: [B, A, S, d] -> [B, heads, S, A·d / heads].
// REQUIRES: `heads` divides A·d.
at::Tensor Regroup(const at::Tensor& values, int64_t heads);

// a bᵀ / √d for each head: [B, A, S, d] twice -> [B, A, S, S].
at::Tensor ScaledProducts(const at::Tensor& a, const at::Tensor& b);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_LOSS_ATTENTION_SUPPORT_H_
