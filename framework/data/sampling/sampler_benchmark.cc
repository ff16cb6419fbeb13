// Cost of entering an epoch, on one thread: argument = samples to put in order.

#include <benchmark/benchmark.h>

#include <vector>

#include "framework/data/sampling/sampler.h"
#include "glog/logging.h"

namespace retort {
namespace {

void EnterEpoch(benchmark::State& state) {
  SamplerOptions options;
  options.sequences = 256;
  std::vector<int32_t> lengths(state.range(0), 128);
  for (size_t i = 0; i < lengths.size(); i += 3) lengths[i] = 12 + static_cast<int>(i % 117);
  const auto sampler = Sampler::Create(lengths, options);
  CHECK(sampler.ok()) << sampler.status();
  int64_t epoch = 0;
  for (auto _ : state) benchmark::DoNotOptimize((*sampler)->Step((*sampler)->steps_per_epoch() * epoch++));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(EnterEpoch)->Arg(100'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace retort
