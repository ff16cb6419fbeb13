// Attention against the same with plain ATen operations and autograd: 16 sequences, 12 heads of width 32.
//   Arguments: positions; dropout in percent; 0 = forward pass only, 1 = forward and backward; 0 = float32, 1 =
//   bfloat16.
// Items are positions. Compare CPU times where the machine is shared: they cover all threads.

#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/randn_like.h"
#include "benchmark/benchmark.h"
#include "framework/ops/attention/attention.h"
#include "framework/ops/attention/attention_reference.h"

namespace retort::ops {
namespace {

constexpr int64_t kSequences = 16;

template <auto kFunction>
void RunAttention(benchmark::State& state) {
  const int64_t positions = state.range(0);
  const double rate = static_cast<double>(state.range(1)) / 100;
  const bool backward = state.range(2) != 0;
  at::AutoGradMode mode(backward);
  auto input = [&] {
    return at::randn({kSequences, 12, positions, 32}, state.range(3) == 0 ? at::kFloat : at::kBFloat16)
        .set_requires_grad(backward);
  };
  const at::Tensor query = input(), key = input(), value = input();
  at::Tensor valid = at::ones({kSequences, positions}, at::kBool);
  valid.narrow(1, positions - positions / 8, positions / 8).fill_(false);
  const DropoutSite site{1, 2, 3, at::arange(kSequences, at::kLong)};
  const at::Tensor gradient = at::randn_like(query);
  for (auto _ : state) {
    const at::Tensor out = kFunction(query, key, value, {valid}, rate, site);
    if (backward) out.backward(gradient);
  }
  state.SetItemsProcessed(state.iterations() * kSequences * positions);
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
