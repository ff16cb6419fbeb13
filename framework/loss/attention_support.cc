#include "framework/loss/attention_support.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/core/Reduction.h"
#include "ATen/ops/kl_div.h"
#include "ATen/ops/log_softmax.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/ones.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

// A score whose softmax weight is exactly 0, and finite, so that no difference of two of them is NaN. Where a query
// sees no key, both sides come out uniform: KL and gradient 0.
constexpr double kNoAttention = -1e30;

const char* DirectionOf(const EncoderConfig& config) { return config.causal() ? "causal" : "bidirectional"; }

at::Tensor LogAttention(const at::Tensor& scores, const at::Tensor& unseen) {
  return at::log_softmax(scores.masked_fill(unseen, kNoAttention), -1);
}

}  // namespace

absl::Status RequireSameDirection(const LossContext& context, absl::string_view config) {
  RETORT_RETURN_IF_ERROR(RequireTeacher(context, config));
  if (context.teacher->causal() == context.student.causal()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(config, ": want teacher and student both causal or neither, got a ",
                                                 DirectionOf(*context.teacher), " teacher and a ",
                                                 DirectionOf(context.student), " student"));
}

at::Tensor WithoutPadding(const at::Tensor& heads, const at::Tensor& valid) {
  return InLossType(heads).masked_fill(valid.logical_not().unsqueeze(1).unsqueeze(-1), 0);
}

at::Tensor Regroup(const at::Tensor& values, int64_t heads) {
  if (values.size(1) == heads) return values;
  return values.transpose(1, 2).flatten(2).unflatten(2, {heads, -1}).transpose(1, 2);
}

at::Tensor ScaledProducts(const at::Tensor& a, const at::Tensor& b) {
  return at::matmul(a / std::sqrt(static_cast<double>(a.size(-1))), b.transpose(-2, -1));
}

at::Tensor UnseenPairs(const at::Tensor& valid, bool causal) {
  const at::Tensor padded = valid.logical_not().unsqueeze(1);  // [B, 1, S]
  const at::Tensor unseen = padded.unsqueeze(-1).logical_or(padded.unsqueeze(-2));
  if (!causal) return unseen;
  return unseen.logical_or(at::ones({valid.size(-1), valid.size(-1)}, valid.options()).triu(1));
}

at::Tensor AttentionKlSum(const at::Tensor& student, const at::Tensor& teacher, const at::Tensor& unseen) {
  return Total(at::kl_div(LogAttention(student, unseen), LogAttention(teacher.detach(), unseen), at::Reduction::None,
                          /*log_target=*/true));
}

}  // namespace retort
