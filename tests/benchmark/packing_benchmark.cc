// Forward and backward pass of an encoder of 6 layers, width 384 and 12 heads over 8 sequences, the longest of 512
// positions, with dropout and a loss over real positions.
//   Full: all are of 512.
//   Wikipedia: lengths of paragraphs of data/corpora/wiki (wiki_qed_paragraphs, BERT's pieces, cut at 512): the middle
//     of each eighth of them, and the longest in place of the last. 70 % of the positions are padding.
//   Half: half of the positions are padding, as in the sequences of MLPerf's BERT.
// Argument: 0 = real positions alone, 1 = padding is computed too, as a loss that reads it demands. Items are real
// positions. Compare CPU times where the machine is shared: they cover all threads.
//
//   bazel run //tests/benchmark:packing_benchmark

#include <cstdint>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/index_select.h"
#include "ATen/ops/sum.h"
#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "framework/batch/step_batch.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "glog/logging.h"

namespace retort::benchmark {
namespace {

using Lengths = std::vector<int64_t>;

const Lengths& Full() {
  static const auto* lengths = new Lengths(8, 512);
  return *lengths;
}
const Lengths& Wikipedia() {
  static const auto* lengths = new Lengths{43, 69, 88, 106, 125, 149, 185, 512};
  return *lengths;
}
const Lengths& Half() {
  static const auto* lengths = new Lengths{40, 100, 150, 200, 260, 340, 446, 512};
  return *lengths;
}

EncoderConfig MakeConfig() {
  EncoderConfig config;
  config.hidden_size = 384;
  config.vocabulary_size = 8192;
  LayerSpec layer;
  layer.attention.heads = 12;
  layer.feed_forward.width = 4 * config.hidden_size;
  const absl::Status status = SetLayers(6, layer, &config);
  CHECK(status.ok()) << status;
  return config;
}

Batch MakeBatch(const Lengths& lengths, int64_t vocabulary_size) {
  StepBatch step;
  for (const int64_t length : lengths) {
    StepSequence& sequence = step.sequences.emplace_back();
    sequence.sample_id = static_cast<int64_t>(step.sequences.size());
    for (int64_t s = 0; s < length; ++s) {
      sequence.ids.push_back(static_cast<int32_t>(1 + s % (vocabulary_size - 1)));
      sequence.labels.push_back(static_cast<int32_t>(kNoLabel));
    }
  }
  return step.Slice(0, static_cast<int64_t>(lengths.size()), at::kCPU);
}

void Train(::benchmark::State& state, const Lengths& (*lengths)(), at::ScalarType precision) {
  const Encoder encoder(MakeConfig());
  const EncoderConfig& config = encoder.config();
  ParameterSet initial(EncoderParameterSpecs(config), at::kFloat, at::kCPU);
  InitializeRandomNormal(1, config.initializer_range, config.pad_token_id, &initial);
  ParameterSet parameters = initial.To(precision, at::kCPU);
  parameters.EnableGradients();
  const Batch batch = MakeBatch(lengths(), config.vocabulary_size);
  Capture capture;
  capture.hidden = {config.depth()};
  capture.padding = state.range(0) != 0;
  for (auto _ : state) {
    const at::Tensor last = encoder.Forward(parameters, batch, capture, Dropout{7}).hidden.at(config.depth());
    const at::Tensor real = at::index_select(last.flatten(0, 1), 0, batch.real_rows);
    at::sum(real * real * real).backward();
  }
  const int64_t tokens = batch.masks.Rows(RowSet::kReal);
  state.SetItemsProcessed(state.iterations() * tokens);
  state.counters["padding"] =
      1 - static_cast<double>(tokens) / static_cast<double>(batch.sequences() * batch.positions());
}

void Cases(::benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(0)->Arg(1)->Unit(::benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}
BENCHMARK_CAPTURE(Train, full_float32, Full, at::kFloat)->Apply(Cases);
BENCHMARK_CAPTURE(Train, wikipedia_float32, Wikipedia, at::kFloat)->Apply(Cases);
BENCHMARK_CAPTURE(Train, half_float32, Half, at::kFloat)->Apply(Cases);
BENCHMARK_CAPTURE(Train, full_bfloat16, Full, at::kBFloat16)->Apply(Cases);
BENCHMARK_CAPTURE(Train, wikipedia_bfloat16, Wikipedia, at::kBFloat16)->Apply(Cases);

}  // namespace
}  // namespace retort::benchmark
