// Attention against the same with plain ATen operations and autograd: 16 sequences, 12 heads of width 32, as packed
// rows. Every second sequence is half as long as the others.
//   Arguments: positions; dropout in percent; 0 = forward pass only, 1 = forward and backward; 0 = float32, 1 =
//   bfloat16.
// Items are real positions. Compare CPU times where the machine is shared: they cover all threads.

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/nonzero.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/randn_like.h"
#include "ATen/ops/tensor.h"
#include "benchmark/benchmark.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/attention/attention_reference.h"

namespace retort::ops {
namespace {

constexpr int64_t kSequences = 16, kHeads = 12, kHeadWidth = 32;

Packing Sequences(int64_t positions) {
  Packing packing;
  for (int64_t b = 0; b < kSequences; ++b) packing.lengths.push_back(b % 2 == 0 ? positions : positions / 2);
  packing.positions = positions;
  packing.valid = at::arange(positions).unsqueeze(0).lt(at::tensor(packing.lengths).unsqueeze(1));
  packing.rows = at::nonzero(packing.valid.flatten()).flatten();
  return packing;
}

template <auto kFunction>
void RunAttention(benchmark::State& state) {
  const Packing packing = Sequences(state.range(0));
  const bool backward = state.range(2) != 0;
  at::AutoGradMode mode(backward);
  auto input = [&] {
    return at::randn({packing.rows.numel(), kHeads * kHeadWidth}, state.range(3) == 0 ? at::kFloat : at::kBFloat16)
        .set_requires_grad(backward);
  };
  const at::Tensor query = input(), key = input(), value = input();
  const double rate = static_cast<double>(state.range(1)) / 100;
  const AttentionOptions options{kHeads, false, rate, {1, 2, 3, at::arange(kSequences, at::kLong)}};
  const at::Tensor gradient = at::randn_like(query);
  for (auto _ : state) {
    const at::Tensor out = kFunction(query, key, value, packing, options);
    if (backward) out.backward(gradient);
  }
  state.SetItemsProcessed(state.iterations() * packing.rows.numel());
}

void Cases(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{64, 128, 512}, {0, 10}, {1}, {0, 1}});
  benchmark->ArgsProduct({{128}, {0}, {0}, {0, 1}});
  benchmark->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}
BENCHMARK_TEMPLATE(RunAttention, Attention)->Apply(Cases);
BENCHMARK_TEMPLATE(RunAttention, AttentionReference)->Apply(Cases);

}  // namespace
}  // namespace retort::ops
