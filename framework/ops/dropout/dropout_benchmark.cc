// Dropout at rate 0.1, forward pass, on 32 x 128 positions of 384 channels; items are elements.
//   Own: this library's, whose bits are a function of what they are for.
//   Aten: libtorch's, from a generator's state. It stores a mask, ours draws the bits again in the backward pass.
//   Reference: our bits from plain ATen operations.
// Argument: 0 = float32, 1 = bfloat16. Compare CPU times where the machine is shared: they cover all threads.

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/arange.h"
#include "ATen/ops/native_dropout.h"
#include "ATen/ops/randn.h"
#include "benchmark/benchmark.h"
#include "framework/ops/dropout/dropout.h"
#include "framework/ops/dropout/dropout_reference.h"

namespace retort::ops {
namespace {

constexpr int64_t kSequences = 32, kPositions = 128, kChannels = 384;

DropoutSite Site() { return {1, 2, 3, at::arange(kSequences, at::kLong)}; }

at::Tensor Own(const at::Tensor& x) { return Dropout(x, 0.1, Site()); }
at::Tensor Reference(const at::Tensor& x) {
  return x * DropoutScaleReference(kPositions, kChannels, 0.1, Site(), at::kCPU).to(x.scalar_type());
}
at::Tensor Aten(const at::Tensor& x) { return std::get<0>(at::native_dropout(x, 0.1, true)); }

template <auto kFunction>
void Forward(benchmark::State& state) {
  at::NoGradGuard no_grad;
  const at::Tensor x = at::randn({kSequences, kPositions, kChannels}, state.range(0) == 0 ? at::kFloat : at::kBFloat16);
  for (auto _ : state) benchmark::DoNotOptimize(kFunction(x));
  state.SetItemsProcessed(state.iterations() * x.numel());
}

void Cases(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}
BENCHMARK_TEMPLATE(Forward, Own)->Apply(Cases);
BENCHMARK_TEMPLATE(Forward, Aten)->Apply(Cases);
BENCHMARK_TEMPLATE(Forward, Reference)->Apply(Cases);

}  // namespace
}  // namespace retort::ops
