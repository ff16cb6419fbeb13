// Cost of the data side of a step, on one thread.
//   Step: argument 0 = BERT's masking, 1 = DistilBERT's; 256 sequences of at most 128 positions. Items are real
//   positions. EnterEpoch: argument = samples to put in order.

#include <benchmark/benchmark.h>

#include <memory>
#include <utility>
#include <vector>

#include "framework/data/lm_source.h"
#include "framework/data/sampler.h"
#include "framework/data/test_store.h"
#include "glog/logging.h"

namespace retort {
namespace {

void Step(benchmark::State& state) {
  Data data;
  MaskedLmData& masked_lm = *data.mutable_masked_lm();
  masked_lm.set_length(128);
  masked_lm.set_min_length(12);
  if (state.range(0) == 0) {
    masked_lm.mutable_bert_masking()->set_rate(0.15);
  } else {
    masked_lm.mutable_distilbert_masking()->set_rate(0.15);
  }
  BatchSpec batch;
  batch.set_sequences(256);
  batch.set_group_by_length(true);
  const auto source =
      LmSource::Create(data, batch, testing::AllSequences(testing::LetterDocuments(2000, 1000), 128, 12),
                       *testing::LetterTokenizer(), 1);
  CHECK(source.ok()) << source.status();
  int64_t step = 0, tokens = 0;
  for (auto _ : state) tokens += (*source)->Step(step++).tokens();
  state.SetItemsProcessed(tokens);
}
BENCHMARK(Step)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

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
