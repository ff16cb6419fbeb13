#include "framework/loss/attention_support.h"

#include <cmath>

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/loss/term_support.h"

namespace retort {
namespace {

const char* DirectionOf(const EncoderConfig& config) { return config.causal() ? "causal" : "bidirectional"; }

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

}  // namespace retort
