#ifndef RETORT_TOOLS_BENCH_MEASURE_MEASURE_H_
#define RETORT_TOOLS_BENCH_MEASURE_MEASURE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "tools/bench/measure/measurement.h"
#include "tools/bench/measure/workloads.h"

namespace retort::bench {

// How a training is measured.
struct TrainingOptions {
  c10::ScalarType precision = c10::ScalarType::Float;
  c10::Device device = c10::Device(c10::DeviceType::CPU);
  int64_t steps = 2;     // After one that warms up.
  bool products = true;  // Whether the step's products are timed alone, too.
};

// One turn of a training, all names of measurement.h; without products neither peak nor share. Times are those of the
// median step. On a CPU the products are timed between the steps; on a GPU after them, and the phases in steps of their
// own, since it works on while the host goes ahead. Throws what libtorch throws. Not thread-safe: times the process.
absl::StatusOr<Measurement> MeasureTraining(const Workload& workload, const TrainingOptions& options);

// What the data side reads.
struct TextInputs {
  std::string corpus;     // A folder with a corpus.textproto.
  std::string tokenizer;  // As LoadTokenizer reads it.
};

// One turn of tokenizing the corpus on `threads` threads: tokens/s and memory. Errors: those of files.
absl::StatusOr<Measurement> MeasureTokenizing(const TextInputs& inputs, int threads);

// One turn of reading and masking steps of 256 sequences of at most 128 positions on one thread, which tokenized the
// corpus before: the same. Errors: those of files.
absl::StatusOr<Measurement> MeasureMasking(const TextInputs& inputs);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_MEASURE_H_
