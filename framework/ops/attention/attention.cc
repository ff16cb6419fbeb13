#include "framework/ops/attention/attention.h"

#include <cmath>
#include <optional>
#include <vector>

#include "ATen/ops/empty_like.h"
#include "framework/ops/attention/attention_device.h"
#include "framework/ops/attention/attention_flash.h"
#include "framework/ops/attention/attention_host.h"
#include "framework/ops/dropout/keep_bits.h"
#include "framework/ops/dropout/row_draws.h"
#include "framework/ops/matmul/matmul.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

// Keeps what a pass backward has to know beside tensors.
void Save(const AttentionOptions& options, torch::autograd::AutogradContext* context) {
  auto& data = context->saved_data;
  data["heads"] = options.heads;
  data["causal"] = options.causal;
  data["rate"] = options.rate;
  Save(options.site, context);
}

AttentionOptions SavedOptions(torch::autograd::AutogradContext* context) {
  auto& data = context->saved_data;
  return {data["heads"].toInt(), data["causal"].toBool(), data["rate"].toDouble(), SavedSite(context)};
}

class HostFunction : public torch::autograd::Function<HostFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, const Packing& packing, const AttentionOptions& options) {
    Save(options, context);
    context->saved_data["lengths"] = packing.lengths;
    context->saved_data["positions"] = packing.positions;
    context->saved_data["rows"] = packing.rows;
    context->save_for_backward({query, key, value});
    return AttentionOnHost(query, key, value, packing, options);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto& data = context->saved_data;
    const Packing packing{data["lengths"].toIntVector(), data["positions"].toInt(), {}, data["rows"].toTensor()};
    const AttentionGradients out = AttentionGradientsOnHost(saved[0], saved[1], saved[2], packing,
                                                            SavedOptions(context), gradients[0].contiguous());
    return {out.query, out.key, out.value, {}, {}};
  }
};

double ScaleOf(const at::Tensor& query) { return 1 / std::sqrt(static_cast<double>(query.size(-1))); }

// On padded heads, [B, A, S, d], for devices where FlashAttention does not serve: scores are stored.
class PaddedFunction : public torch::autograd::Function<PaddedFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, const std::optional<at::Tensor>& valid,
                            const AttentionOptions& options) {
    Save(options, context);
    at::Tensor probabilities = MatMul(query, key.transpose(-2, -1)).contiguous();
    at::Tensor dropped = options.rate > 0 ? at::empty_like(probabilities) : at::Tensor();
    SoftmaxOnDevice({{valid.value_or(at::Tensor()), options.causal}, ScaleOf(query), options.rate, &options.site},
                    &probabilities, &dropped);
    context->save_for_backward({query, key, value, probabilities});
    return MatMul(options.rate > 0 ? dropped : probabilities, value);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &query = saved[0], &key = saved[1], &value = saved[2], &probabilities = saved[3];
    const AttentionOptions options = SavedOptions(context);
    const at::Tensor out_gradient = gradients[0].contiguous();
    at::Tensor gradient = MatMul(out_gradient, value.transpose(-2, -1)).contiguous();
    at::Tensor dropped = options.rate > 0 ? at::empty_like(probabilities) : at::Tensor();
    SoftmaxOptions softmax;
    softmax.scale = ScaleOf(query);
    softmax.rate = options.rate;
    softmax.site = &options.site;
    SoftmaxGradientOnDevice(softmax, probabilities, &gradient, &dropped);
    const at::Tensor weights = options.rate > 0 ? dropped : probabilities;
    return {MatMul(gradient, key),
            MatMul(gradient.transpose(-2, -1), query),
            MatMul(weights.transpose(-2, -1), out_gradient),
            {},
            {}};
  }
};

}  // namespace

at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const Packing& packing,
                     const AttentionOptions& options) {
  AttentionOptions held = options;
  if (KeepRate(options.rate).threshold == 0) held.rate = 0;
  if (query.device().is_cpu()) {
    return HostFunction::apply(query.contiguous(), key.contiguous(), value.contiguous(), packing, held);
  }
  if (HasFlashAttention(query, packing, held)) return FlashAttention(query, key, value, packing, held);
  const auto heads = [&](const at::Tensor& x) { return UnpackHeads(x, options.heads, packing).contiguous(); };
  const auto valid = packing.valid.defined() ? std::make_optional(packing.valid) : std::nullopt;
  const at::Tensor out = PaddedFunction::apply(heads(query), heads(key), heads(value), valid, held);
  return Pack(out.transpose(1, 2).flatten(2), packing);
}

}  // namespace retort::ops
