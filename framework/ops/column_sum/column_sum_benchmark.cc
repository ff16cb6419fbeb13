// Sums for the gradients of biases, by this and by libtorch:
//
//   bazel run //framework/ops/column_sum:column_sum_benchmark

#include "ATen/ops/randn.h"
#include "ATen/ops/sum.h"
#include "benchmark/benchmark.h"
#include "framework/ops/column_sum/column_sum.h"

namespace retort::ops {
namespace {

at::Tensor SumOfLibtorch(const at::Tensor& x) { return at::sum(x, 0, /*keepdim=*/false, at::kFloat); }

// Args: rows, columns.
void Run(benchmark::State& state, at::ScalarType type, at::Tensor (*sum)(const at::Tensor&)) {
  const at::Tensor x = at::randn({state.range(0), state.range(1)}).to(type);
  for (auto _ : state) benchmark::DoNotOptimize(sum(x));
}

void Shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({512, 8192})->Args({512, 30522})->Args({4096, 256})->Args({1024, 3072});
  benchmark->Unit(benchmark::kMicrosecond)->UseRealTime();
}
BENCHMARK_CAPTURE(Run, ours_float32, at::kFloat, ColumnSum)->Apply(Shapes);
BENCHMARK_CAPTURE(Run, libtorch_float32, at::kFloat, SumOfLibtorch)->Apply(Shapes);
BENCHMARK_CAPTURE(Run, ours_bfloat16, at::kBFloat16, ColumnSum)->Apply(Shapes);
BENCHMARK_CAPTURE(Run, libtorch_bfloat16, at::kBFloat16, SumOfLibtorch)->Apply(Shapes);

}  // namespace
}  // namespace retort::ops
