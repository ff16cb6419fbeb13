// Cost of the data side of a step, on one thread: argument 0 = BERT's masking, 1 = DistilBERT's; 256 sequences of at
// most 128 positions. Items are real positions.

#include <benchmark/benchmark.h>

#include <memory>
#include <utility>
#include <vector>

#include "framework/data/sequences/test_store.h"
#include "glog/logging.h"
#include "plugins/data/masked_lm/masked_lm.h"

namespace retort {
namespace {

void Step(benchmark::State& state) {
  MaskedLmDataConfig masked_lm;
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
      MaskedLmSource::Create(masked_lm, batch, testing::AllSequences(testing::LetterDocuments(2000, 1000), 128, 12),
                             *testing::LetterTokenizer(), 1);
  CHECK(source.ok()) << source.status();
  int64_t step = 0, tokens = 0;
  for (auto _ : state) tokens += (*source)->Step(step++).tokens();
  state.SetItemsProcessed(tokens);
}
BENCHMARK(Step)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace retort
