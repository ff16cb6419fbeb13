// The fused row loss against the same with plain ATen operations: 256 rows, value and gradient.
//   Arguments: vocabulary; losses (1: KL at temperature 2, 2: cross-entropy, 3: both); 0 = float32, 1 = bfloat16.
// Items are logits of the student. Compare CPU times where the machine is shared: they cover all threads.

#include "ATen/ops/randint.h"
#include "ATen/ops/randn.h"
#include "benchmark/benchmark.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/ops/row_loss/row_loss_reference.h"

namespace retort::ops {
namespace {

constexpr int64_t kRows = 256;

template <auto kFunction>
void RowLoss(benchmark::State& state) {
  const int64_t columns = state.range(0);
  const auto options = at::TensorOptions(state.range(2) == 0 ? at::kFloat : at::kBFloat16);
  const at::Tensor student = at::randn({kRows, columns}, options), teacher = at::randn({kRows, columns}, options);
  const at::Tensor labels = at::randint(columns, {kRows}, at::kLong);
  RowLossScales scales;
  scales.temperature = 2;
  scales.kl_scale = state.range(1) & 1 ? 1.0 : 0;
  scales.ce_scale = state.range(1) & 2 ? 1.0 : 0;
  at::Tensor logits = student.clone();
  for (auto _ : state) {
    state.PauseTiming();
    logits.copy_(student);
    state.ResumeTiming();
    kFunction(scales, logits, teacher, labels, {}, columns);
  }
  state.SetItemsProcessed(state.iterations() * kRows * columns);
}

void Cases(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{8192, 30522}, {1, 2, 3}, {0, 1}});
  benchmark->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}
BENCHMARK_TEMPLATE(RowLoss, RowLossGradient)->Apply(Cases);
BENCHMARK_TEMPLATE(RowLoss, RowLossGradientReference)->Apply(Cases);

}  // namespace
}  // namespace retort::ops
