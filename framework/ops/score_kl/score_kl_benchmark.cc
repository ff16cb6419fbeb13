// KL divergence of relations between positions, forward and backward, head by head and by the scores:
//
//   bazel run //framework/ops/score_kl:score_kl_benchmark

#include "ATen/ops/ones.h"
#include "ATen/ops/randn.h"
#include "benchmark/benchmark.h"
#include "framework/ops/score_kl/score_kl.h"
#include "framework/ops/score_kl/score_kl_reference.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::ops {
namespace {

using Function = at::Tensor (*)(const QueryKey&, const QueryKey&, const at::Tensor&, bool);

// Args: sequences, positions, heads, their width in both models.
void Run(benchmark::State& state, Function function) {
  const auto heads = [&] {
    return at::randn({state.range(0), state.range(1), state.range(2), state.range(3)}).transpose(1, 2);
  };
  const QueryKey student{heads(), heads()}, teacher{heads(), heads()};
  for (const at::Tensor& x : {student.query, student.key}) x.set_requires_grad(true);
  const at::Tensor valid = at::ones({state.range(0), state.range(1)}, at::kBool);
  for (auto _ : state) {
    const at::Tensor sum = function(student, teacher, valid, /*causal=*/false);
    benchmark::DoNotOptimize(torch::autograd::grad({sum}, {student.query, student.key}));
  }
}

void HeadByHead(benchmark::State& state) { Run(state, ScoreKl); }
void ByScores(benchmark::State& state) { Run(state, ScoreKlReference); }

void Shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({32, 64, 12, 32})->Args({8, 128, 12, 32})->Args({8, 128, 48, 8})->Args({2, 512, 12, 32});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(HeadByHead)->Apply(Shapes);
BENCHMARK(ByScores)->Apply(Shapes);

}  // namespace
}  // namespace retort::ops
