// Tokens per second of DistilBERT's triple loss over all rows, one student.
//
//   bazel run //tests/benchmark:step_benchmark

#include <string>

#include "ATen/Context.h"
#include "ATen/Parallel.h"
#include "benchmark/benchmark.h"
#include "framework/base/memory.h"
#include "tests/benchmark/training.h"

namespace retort::benchmark {
namespace {

constexpr int kSteps = 3, kGpuSteps = 30;

// 6 layers of 256 teach 3, V = 8192, 32 x 128.
TrainingShape Small() { return {MakeEncoder(6, 256, 4, 8192), MakeEncoder(3, 256, 4, 8192), 32, 128, kTripleLoss}; }

// BERT-base teaches DistilBERT, V = 30522, 8 x 128.
TrainingShape Base() { return {MakeEncoder(12, 768, 12, 30522), MakeEncoder(6, 768, 12, 30522), 8, 128, kTripleLoss}; }

void Measure(::benchmark::State& state, TrainingShape shape, at::ScalarType precision) {
  shape.precision = precision;
  for (auto _ : state) state.SetIterationTime(SecondsPerStep(shape, 1, shape.device.is_cuda() ? kGpuSteps : kSteps));
  state.counters["tokens/s"] = ::benchmark::Counter(static_cast<double>(shape.sequences * shape.positions),
                                                    ::benchmark::Counter::kIsIterationInvariantRate);
  state.counters["threads"] = at::get_num_threads();
}

BENCHMARK_CAPTURE(Measure, small_float32, Small(), at::kFloat)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(::benchmark::kMillisecond);
BENCHMARK_CAPTURE(Measure, small_bfloat16, Small(), at::kBFloat16)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(::benchmark::kMillisecond);
BENCHMARK_CAPTURE(Measure, base_float32, Base(), at::kFloat)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(::benchmark::kMillisecond);
BENCHMARK_CAPTURE(Measure, base_bfloat16, Base(), at::kBFloat16)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(::benchmark::kMillisecond);

// The same on a GPU: few sequences, where launches of kernels cost more than their work, and many.
void RegisterCuda() {
  for (const int64_t sequences : {32, 256}) {
    TrainingShape shape = Base();
    shape.sequences = sequences;
    shape.losses += "row_chunk: 4096 ";
    shape.device = c10::Device(at::kCUDA, 0);
    const std::string name = "Measure/base_bfloat16_cuda_" + std::to_string(sequences);
    ::benchmark::RegisterBenchmark(name.c_str(), Measure, shape, at::kBFloat16)
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(::benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace retort::benchmark

int main(int argc, char** argv) {
  retort::KeepFreedMemory();
  ::benchmark::Initialize(&argc, argv);
  if (at::hasCUDA()) retort::benchmark::RegisterCuda();
  ::benchmark::RunSpecifiedBenchmarks();
  return 0;
}
