#ifndef RETORT_TOOLS_BENCH_MEASURE_WORKLOADS_H_
#define RETORT_TOOLS_BENCH_MEASURE_WORKLOADS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/model/config/encoder_config.h"

// What is measured, by name. Pure functions.

namespace retort::bench {

// What a step does, if it is one.
enum class Work {
  kTraining,
  kTokenizing,  // A corpus becomes a token store.
  kMasking,     // Steps of a masked language model's data are made, and no more.
};

// The losses of a training.
enum class Losses {
  kTriple,          // DistilBERT's: soft targets at temperature 2 and cosine over all rows, masked LM.
  kTripleLabelled,  // The same with soft targets over labelled rows alone.
  kTinybert,        // TinyBERT's general distillation: embeddings, hidden states, attention scores.
  kClasses,         // Cross-entropy of classes, without a teacher: fine-tuning.
};

// A workload. A training has random weights and ids; one position of seven is labelled.
struct Workload {
  std::string name;  // "base_masked"
  std::string what;  // For readers.
  Work work = Work::kTraining;
  Losses losses = Losses::kTriple;
  std::optional<EncoderConfig> teacher;
  EncoderConfig student;
  int64_t students = 1;          // Trained together, of one shape.
  bool side_by_side = false;     // Each student on a thread of its own.
  std::string single;            // The workload that trains one of them; empty: this is no cohort.
  std::vector<int64_t> lengths;  // Real positions of each sequence of a step.
  int64_t row_chunk = 512;       // Rows of logits computed at once.
  bool on_cpu = true;            // Whether it is measured there if the user names no workloads.
  bool on_gpu = false;
};

// BERT's layers, with a head of a masked language model.
EncoderConfig MakeEncoder(int64_t layers, int64_t hidden_size, int64_t heads, int64_t vocabulary_size);

// All of them, in the order of the table.
const std::vector<Workload>& Workloads();

// Those of the names, parted by commas, in the order given; without names those that are measured on such a device.
// InvalidArgument, beginning with "--workloads: ", for names that there are not, or twice.
absl::StatusOr<std::vector<Workload>> ChooseWorkloads(const std::string& names, c10::DeviceType device);

// "triple", "triple_labelled", "tinybert" or "classes".
const char* LossesName(Losses losses);

// A training's losses as text of Stage.loss.
const char* LossesText(Losses losses);

// A line for each workload: its name, and what it is.
std::string ListWorkloads();

// All trainings for programs that measure the same elsewhere: an array of {name, losses, teacher {layers, hidden,
// heads, intermediate, vocabulary} or null, student {the same}, students, lengths[], row_chunk}.
std::string WorkloadsJson();

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_MEASURE_WORKLOADS_H_
