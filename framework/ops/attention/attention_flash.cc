#include "framework/ops/attention/attention_flash.h"

#include <cmath>
#include <cstdint>
#include <mutex>
#include <tuple>

#include "ATen/Context.h"
#include "ATen/ops/_flash_attention_backward.h"
#include "ATen/ops/_flash_attention_forward.h"
#include "ATen/ops/constant_pad_nd.h"
#include "framework/ops/dropout/dropout.h"
#include "torch/csrc/autograd/custom_function.h"

namespace retort::ops {
namespace {

constexpr int64_t kWidestHead = 256;
constexpr int64_t kHeadMultiple = 8;  // Heads are a multiple of this wide; others get zeros.

// While one lives, libtorch adds in one order where it can choose, and new memory is not filled for that.
class OneOrder {
 public:
  OneOrder() {
    context_.setDeterministicAlgorithms(true, /*warn_only=*/false);
    context_.setDeterministicFillUninitializedMemory(false);
  }
  ~OneOrder() {
    context_.setDeterministicAlgorithms(algorithms_, warn_only_);
    context_.setDeterministicFillUninitializedMemory(fill_);
  }
  OneOrder(const OneOrder&) = delete;
  OneOrder& operator=(const OneOrder&) = delete;

 private:
  at::Context& context_ = at::globalContext();
  const bool algorithms_ = context_.deterministicAlgorithms();
  const bool warn_only_ = context_.deterministicAlgorithmsWarnOnly();
  const bool fill_ = context_.deterministicFillUninitializedMemory();
};

// The device's generator and what OneOrder sets are the process's.
std::mutex& ProcessState() {
  static std::mutex* const mutex = new std::mutex;
  return *mutex;
}

// [n, A·d] -> [n, A, d'], with d rounded up.
at::Tensor Heads(const at::Tensor& x, int64_t heads) {
  const at::Tensor parts = x.contiguous().view({x.size(0), heads, -1});
  const int64_t missing = (kHeadMultiple - parts.size(2) % kHeadMultiple) % kHeadMultiple;
  return missing == 0 ? parts : at::constant_pad_nd(parts, {0, missing});
}

// And back, to the shape of `like`.
at::Tensor Rows(const at::Tensor& parts, int64_t heads, const at::Tensor& like) {
  return parts.narrow(2, 0, like.size(1) / heads).reshape(like.sizes());
}

double ScaleOf(const at::Tensor& query, int64_t heads) {
  return 1 / std::sqrt(static_cast<double>(query.size(1)) / static_cast<double>(heads));
}

class FlashFunction : public torch::autograd::Function<FlashFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, const Packing& packing, const AttentionOptions& options) {
    const at::Tensor q = Heads(query, options.heads), k = Heads(key, options.heads), v = Heads(value, options.heads);
    const std::lock_guard lock(ProcessState());
    if (options.rate > 0) {
      at::Generator generator = at::globalContext().defaultGenerator(query.device());
      const std::lock_guard generator_lock(generator.mutex());
      generator.set_current_seed(KernelSeed(options.site));
    }
    const auto [out, sums, seed, offset, none] = at::_flash_attention_forward(
        q, k, v, packing.offsets, packing.offsets, packing.positions, packing.positions, options.rate, options.causal,
        /*return_debug_mask=*/false, ScaleOf(query, options.heads));
    context->save_for_backward({query, key, value, out, sums, seed, offset, packing.offsets});
    auto& data = context->saved_data;
    data["heads"] = options.heads;
    data["causal"] = options.causal;
    data["rate"] = options.rate;
    data["positions"] = packing.positions;
    return Rows(out, options.heads, query);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &query = saved[0], &out = saved[3], &sums = saved[4], &seed = saved[5], &offset = saved[6],
                     &offsets = saved[7];
    auto& data = context->saved_data;
    const int64_t heads = data["heads"].toInt(), positions = data["positions"].toInt();
    const auto parts = [heads](const at::Tensor& x) { return Heads(x, heads); };
    const auto rows = [&](const at::Tensor& x) { return Rows(x, heads, query); };
    const std::lock_guard lock(ProcessState());
    const OneOrder one_order;
    const auto [of_query, of_key, of_value] = at::_flash_attention_backward(
        parts(gradients[0]), parts(query), parts(saved[1]), parts(saved[2]), out, sums, offsets, offsets, positions,
        positions, data["rate"].toDouble(), data["causal"].toBool(), seed, offset, ScaleOf(query, heads));
    return {rows(of_query), rows(of_key), rows(of_value), {}, {}};
  }
};

}  // namespace

bool HasFlashAttention(const at::Tensor& query, const Packing& packing, const AttentionOptions& options) {
  return query.is_cuda() && query.scalar_type() == at::kBFloat16 && packing.offsets.defined() &&
         query.size(1) / options.heads <= kWidestHead;
}

at::Tensor FlashAttention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                          const Packing& packing, const AttentionOptions& options) {
  return FlashFunction::apply(query, key, value, packing, options);
}

}  // namespace retort::ops
