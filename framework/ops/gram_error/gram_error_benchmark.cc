// The squared error of a vocabulary's logits, forward and backward, by logits and in Gram form:
//
//   bazel run //framework/ops/gram_error:gram_error_benchmark

#include "ATen/ops/matmul.h"
#include "ATen/ops/randn.h"
#include "ATen/ops/zeros.h"
#include "benchmark/benchmark.h"
#include "framework/ops/gram_error/gram_error.h"
#include "framework/ops/matmul/matmul.h"

namespace retort::ops {
namespace {

LinearRows RandomLayer(int64_t rows, int64_t width, int64_t outputs) {
  return {at::randn({rows, width}), at::randn({outputs, width}), at::randn({outputs})};
}

// Args: rows, width of both models, outputs.
struct Models {
  explicit Models(const benchmark::State& state)
      : student(RandomLayer(state.range(0), state.range(1), state.range(2))),
        teacher(RandomLayer(state.range(0), state.range(1), state.range(2))),
        gradient(at::zeros({state.range(2), state.range(1)})) {}
  LinearRows student, teacher;
  at::Tensor gradient;
};

void ByLogits(benchmark::State& state) {
  constexpr int64_t kChunk = 512;
  Models models(state);
  const auto outputs = [](const LinearRows& layer, int64_t begin, int64_t count) {
    return Linear(layer.input.narrow(0, begin, count), layer.matrix, layer.bias);
  };
  for (auto _ : state) {
    for (int64_t begin = 0; begin < state.range(0); begin += kChunk) {
      const int64_t count = std::min(kChunk, state.range(0) - begin);
      at::Tensor error = outputs(models.student, begin, count).sub_(outputs(models.teacher, begin, count));
      benchmark::DoNotOptimize(error.square().sum());
      error.mul_(2);
      benchmark::DoNotOptimize(MatMul(error, models.student.matrix));
      AddTransposedProduct(error, models.student.input.narrow(0, begin, count), models.gradient);
    }
  }
}

void InGramForm(benchmark::State& state) {
  Models models(state);
  for (auto _ : state) {
    const GramError error = GramErrorGradient(models.student, models.teacher, 1);
    AddTransposedProduct(error.matrix_gradient_left, error.matrix_gradient_right, models.gradient);
  }
}

void Shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({4096, 256, 8192})->Args({1024, 256, 8192})->Args({4096, 768, 30522})->Args({1024, 768, 30522});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(ByLogits)->Apply(Shapes);
BENCHMARK(InGramForm)->Apply(Shapes);

}  // namespace
}  // namespace retort::ops
