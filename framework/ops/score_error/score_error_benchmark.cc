// The squared error of attention scores, forward and backward, in Gram form and by the scores:
//
//   bazel run //framework/ops/score_error:score_error_benchmark

#include "ATen/TensorOperators.h"
#include "ATen/ops/randn.h"
#include "benchmark/benchmark.h"
#include "framework/ops/score_error/score_error.h"
#include "framework/ops/score_error/score_error_reference.h"
#include "torch/csrc/autograd/autograd.h"

namespace retort::ops {
namespace {

using Function = at::Tensor (*)(const QueryKey&, const QueryKey&, const ScorePositions&);

QueryKey RandomQueryKey(int64_t sequences, int64_t positions, int64_t width) {
  constexpr int64_t kHeads = 12;
  const auto heads = [&] { return at::randn({sequences, positions, kHeads, width}).transpose(1, 2); };
  return {heads(), heads()};
}

// Args: sequences, positions, widths of the student's and the teacher's heads.
void Run(benchmark::State& state, Function function) {
  const QueryKey student = RandomQueryKey(state.range(0), state.range(1), state.range(2));
  const QueryKey teacher = RandomQueryKey(state.range(0), state.range(1), state.range(3));
  for (const at::Tensor& x : {student.query, student.key}) x.set_requires_grad(true);
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::autograd::grad({function(student, teacher, {})}, {student.query, student.key}));
  }
}

void InGramForm(benchmark::State& state) { Run(state, ScoreError); }
void ByScores(benchmark::State& state) { Run(state, ScoreErrorReference); }

void Shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({8, 64, 26, 64})->Args({8, 64, 32, 64})->Args({8, 64, 64, 64});
  benchmark->Args({4, 128, 26, 64})->Args({4, 128, 64, 64})->Args({1, 512, 26, 64})->Args({1, 512, 64, 64});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(InGramForm)->Apply(Shapes);
BENCHMARK(ByScores)->Apply(Shapes);

}  // namespace
}  // namespace retort::ops
