#ifndef RETORT_TOOLS_PROFILE_MEASURE_H_
#define RETORT_TOOLS_PROFILE_MEASURE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "c10/core/Device.h"
#include "framework/batch/batch.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"

// How large a model is and how fast. A forward pass, here, gives the last hidden state and the logits of all heads of
// the encoder's configuration, without dropout and gradients.

namespace retort {

// A model's parameters; tied ones count once, with the embeddings.
struct ParameterCounts {
  int64_t embeddings = 0;  // of pieces, positions and token types, with their LayerNorm
  int64_t encoder = 0;     // layers, final LayerNorm, pooler
  int64_t heads = 0;

  int64_t total() const { return embeddings + encoder + heads; }
};

ParameterCounts CountParameters(const std::vector<ParameterSpec>& specs);

// Floating-point operations of a forward pass over one sequence of so many positions, as Encoder::ForwardFlops counts.
double SequenceFlops(const Encoder& encoder, int64_t positions);

// A text as batches on a device.
struct TextBatches {
  std::vector<Batch> single;     // the first sequences, each alone
  std::vector<Batch> in_order;   // all, in the order of the text
  std::vector<Batch> by_length;  // all, the longest first, so that there is little padding
};

struct BatchOptions {
  int64_t single_sequences = 0;  // in `single`, at most; 0: all
  int64_t batch = 1;             // sequences of the other batches
  int32_t pad_id = 0;
  c10::Device device = c10::Device(c10::DeviceType::CPU);
};

// REQUIRES: sequences, none of them empty.
TextBatches MakeTextBatches(const std::vector<std::vector<int32_t>>& sequences, const BatchOptions& options);

// Real positions of batches, and their share of all positions that is padding.
int64_t CountTokens(const std::vector<Batch>& batches);
double PaddingShare(const std::vector<Batch>& batches);

// What a model took for the batches of a text, in seconds.
struct Turn {
  std::vector<double> single;  // by batch
  double in_order = 0;
  double by_length = 0;
};

// Computes all batches once, after the first of each kind without a clock. A batch is done when its result is known on
// the host.
Turn MeasureTurn(const Encoder& encoder, const ParameterSet& parameters, const TextBatches& batches);

// The turns of one model with so many threads, by round.
struct Series {
  int threads = 1;
  size_t model = 0;
  std::vector<Turn> rounds;
};

// Takes turns: every round goes through the numbers of threads, and with each of them through all models, so that drift
// of the machine hits all alike. Calls `begin_round` with 0, 1, ... at the beginning of each. Gives a series for each
// number of threads and model, in this order. libtorch keeps the last number of threads, which is the whole process's:
// not thread-safe, as MeasureTurn, beside which nothing should run. The other functions are.
std::vector<Series> MeasureRounds(const std::vector<std::function<Turn()>>& models, const std::vector<int>& threads,
                                  int rounds, const std::function<void(int)>& begin_round);

}  // namespace retort

#endif  // RETORT_TOOLS_PROFILE_MEASURE_H_
