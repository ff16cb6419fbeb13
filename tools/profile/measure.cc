#include "tools/profile/measure.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "ATen/Parallel.h"
#include "ATen/core/grad_mode.h"
#include "absl/strings/match.h"
#include "framework/batch/step_batch.h"

namespace retort {
namespace {

using Clock = std::chrono::steady_clock;
using Sequences = std::vector<std::vector<int32_t>>;

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Capture AllOutputs(const EncoderConfig& config) {
  Capture capture;
  capture.hidden.insert(config.depth());
  for (const HeadSpec& head : config.heads) capture.logits.insert({head.kind, RowSet::kSequences});
  return capture;
}

// Waits for the result by reading a number of it.
void Compute(const Encoder& encoder, const ParameterSet& parameters, const Batch& batch) {
  const EncoderConfig& config = encoder.config();
  const at::Tensor last =
      encoder.Forward(parameters, batch, AllOutputs(config), std::nullopt).hidden.at(config.depth());
  at::Tensor result = last;
  for (const HeadSpec& head : config.heads) {
    result = encoder.head(head.kind).BatchLogits(parameters, batch, last, std::nullopt);
  }
  while (result.dim() > 0) result = result.select(0, 0);
  result.item();
}

double SecondsOfAll(const Encoder& encoder, const ParameterSet& parameters, const std::vector<Batch>& batches) {
  const Clock::time_point start = Clock::now();
  for (const Batch& batch : batches) Compute(encoder, parameters, batch);
  return SecondsSince(start);
}

// The first `count` sequences, `size` to a batch.
std::vector<Batch> MakeBatches(const Sequences& sequences, size_t count, size_t size, const BatchOptions& options) {
  std::vector<Batch> batches;
  for (size_t begin = 0; begin < count; begin += size) {
    StepBatch step;
    step.pad_id = options.pad_id;
    for (size_t i = begin; i < std::min(begin + size, count); ++i) {
      const std::vector<int32_t>& ids = sequences[i];
      step.sequences.push_back({static_cast<int64_t>(i), ids, std::vector<int32_t>(ids.size(), kNoLabel)});
    }
    batches.push_back(step.Slice(0, static_cast<int64_t>(step.sequences.size()), options.device));
  }
  return batches;
}

}  // namespace

ParameterCounts CountParameters(const std::vector<ParameterSpec>& specs) {
  ParameterCounts counts;
  for (const ParameterSpec& spec : specs) {
    int64_t& part = absl::StartsWith(spec.name, "embeddings.") ? counts.embeddings
                    : absl::StartsWith(spec.name, "head.")     ? counts.heads
                                                               : counts.encoder;
    part += spec.size();
  }
  return counts;
}

double SequenceFlops(const Encoder& encoder, int64_t positions) {
  const auto length = static_cast<double>(positions);
  return encoder.ForwardFlops(PassSize::OfEqual(1, length, length), AllOutputs(encoder.config()),
                              [](RowSet) { return 1; });
}

TextBatches MakeTextBatches(const Sequences& sequences, const BatchOptions& options) {
  const size_t single = options.single_sequences == 0
                            ? sequences.size()
                            : std::min(sequences.size(), static_cast<size_t>(options.single_sequences));
  Sequences sorted = sequences;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  const auto batch = static_cast<size_t>(options.batch);
  return {MakeBatches(sequences, single, 1, options), MakeBatches(sequences, sequences.size(), batch, options),
          MakeBatches(sorted, sorted.size(), batch, options)};
}

int64_t CountTokens(const std::vector<Batch>& batches) {
  int64_t tokens = 0;
  for (const Batch& batch : batches) tokens += batch.masks.Rows(RowSet::kReal);
  return tokens;
}

double PaddingShare(const std::vector<Batch>& batches) {
  int64_t positions = 0;
  for (const Batch& batch : batches) positions += batch.sequences() * batch.positions();
  return 1 - static_cast<double>(CountTokens(batches)) / static_cast<double>(positions);
}

Turn MeasureTurn(const Encoder& encoder, const ParameterSet& parameters, const TextBatches& batches) {
  const at::NoGradGuard no_grad;
  for (const auto* kind : {&batches.in_order, &batches.by_length, &batches.single}) {
    Compute(encoder, parameters, kind->front());
  }
  Turn turn;
  for (const Batch& batch : batches.single) {
    const Clock::time_point start = Clock::now();
    Compute(encoder, parameters, batch);
    turn.single.push_back(SecondsSince(start));
  }
  turn.in_order = SecondsOfAll(encoder, parameters, batches.in_order);
  turn.by_length = SecondsOfAll(encoder, parameters, batches.by_length);
  return turn;
}

std::vector<Series> MeasureRounds(const std::vector<std::function<Turn()>>& models, const std::vector<int>& threads,
                                  int rounds, const std::function<void(int)>& begin_round) {
  std::vector<Series> all;
  for (const int count : threads) {
    for (size_t model = 0; model < models.size(); ++model) all.push_back({count, model, {}});
  }
  for (int round = 0; round < rounds; ++round) {
    begin_round(round);
    for (Series& series : all) {
      at::set_num_threads(series.threads);
      series.rounds.push_back(models[series.model]());
    }
  }
  return all;
}

}  // namespace retort
