#include "framework/sweep/student/memory.h"

#include <algorithm>

namespace retort {
namespace {

constexpr double kFloatBytes = 4;
constexpr double kStateFloats = 4;  // Master weight, gradient, two moments.

// As measured.
constexpr double kProgramBytes = 180e6;
constexpr double kHeapFactor = 1.5;
constexpr double kEvaluatingHeapFactor = 1.1;

constexpr double kDivergenceTensors = 5;

// Sizes of one encoder's tensors for a micro-batch, in values.
struct Sizes {
  Sizes(const MemorySide& side, const MemoryShape& shape) : layer(side.config.layers.front()) {
    const EncoderConfig& config = side.config;
    const double positions = static_cast<double>(shape.sequences * shape.positions);
    const int64_t rows_at_once = std::min(shape.rows, shape.row_chunk);
    const int64_t words = config.embedding_size * (config.trigrams ? 3 : 1);
    hidden = positions * static_cast<double>(config.hidden_size);
    inner = positions * static_cast<double>(layer.inner_width(config.hidden_size));
    words_read = positions * static_cast<double>(words);
    intermediate = positions * static_cast<double>(layer.feed_forward.width);
    attention = positions * static_cast<double>(layer.attention.heads * shape.positions);
    head = static_cast<double>(shape.rows * config.hidden_size);
    chunk = static_cast<double>(rows_at_once * config.vocabulary_size);
    logits = static_cast<double>(shape.rows * config.vocabulary_size);
    decoder = static_cast<double>(config.vocabulary_size * config.hidden_size);
    joins_decoder = config.word_width() < config.hidden_size;
    depth = side.demands.Depth(config.depth());
  }

  LayerSpec layer;
  double hidden;        // n H
  double inner;         // n D: n H without bottlenecks
  double words_read;    // n 3E: 0 where word embeddings are not projected
  double intermediate;  // n I
  double attention;     // n A S
  double head;          // r H
  double chunk;         // min(r, c) V
  double logits;        // r V
  double decoder;       // V H
  bool joins_decoder;   // The decoder's matrix is put together of two.
  double depth;         // L
};

// What a layer keeps for the pass backward, in values.
double KeptByLayer(const Sizes& sizes) {
  const double networks = static_cast<double>(sizes.layer.feed_forward.networks);
  const double parts = 6 * sizes.inner + networks * (2 * sizes.inner + 2 * sizes.intermediate) + sizes.attention;
  if (sizes.layer.bottleneck.width == 0) return parts;
  const double narrowed = sizes.layer.bottleneck.feeds_attention ? 1 : 2;
  return parts + 2 * narrowed * sizes.inner + 2 * sizes.hidden;
}

// The largest tensors at one time within a layer whose input is given, in values.
double Layer(const Sizes& sizes) {
  const double around = sizes.layer.bottleneck.width > 0 ? 2 * sizes.hidden : 0;
  return around + std::max(7 * sizes.inner + sizes.attention, 2 * sizes.inner + 2 * sizes.intermediate);
}

double StudentStep(const MemorySide& side, const MemoryShape& shape, double bytes) {
  const Sizes sizes(side, shape);
  const double layers = sizes.depth * KeptByLayer(sizes);
  const double kept = (2 * sizes.hidden + sizes.words_read + layers + 5 * sizes.head) * bytes;
  const double read_hidden = 4 * kFloatBytes * sizes.hidden * static_cast<double>(side.demands.hidden.size());
  const double read_attention = 3 * kFloatBytes * sizes.attention * static_cast<double>(side.demands.attention.size());
  const bool copied = (bytes < kFloatBytes || sizes.joins_decoder) && shape.rows > 0;
  const double logits = (2 * sizes.chunk + (copied ? sizes.decoder : 0)) * bytes;
  const double backward = 2 * std::max(sizes.intermediate, sizes.attention) * bytes;
  return kept + read_hidden + read_attention + std::max(logits, backward);
}

}  // namespace

TrainingMemory EstimateTrainingMemory(const MemorySide& student, const MemorySide* teacher, const MemoryShape& shape) {
  const double bytes = static_cast<double>(c10::elementSize(shape.precision));
  TrainingMemory memory;
  const double working_copy = bytes < kFloatBytes ? bytes : 0;
  memory.student_state = (kStateFloats * kFloatBytes + working_copy) * static_cast<double>(student.parameters);
  memory.student_step = StudentStep(student, shape, bytes);
  if (teacher == nullptr) return memory;

  const Sizes sizes(*teacher, shape);
  const Capture& demands = teacher->demands;
  const double captured = (sizes.hidden * static_cast<double>(demands.hidden.size()) +
                           3 * sizes.inner * static_cast<double>(demands.attention.size())) *
                          bytes;
  memory.teacher_state = (kFloatBytes + bytes) * static_cast<double>(teacher->parameters);
  memory.teacher_kept = captured + (demands.Reads(HeadKind::kVocabulary) ? sizes.logits * bytes : 0);
  memory.teacher_step = std::max(captured + Layer(sizes) * bytes, memory.teacher_kept);
  return memory;
}

double CohortMemory(const std::vector<TrainingMemory>& members) {
  TrainingMemory all;
  for (const TrainingMemory& member : members) {
    all.student_state += member.student_state;
    all.student_step = std::max(all.student_step, member.student_step);
    all.teacher_state = std::max(all.teacher_state, member.teacher_state);
    all.teacher_step = std::max(all.teacher_step, member.teacher_step);
    all.teacher_kept = std::max(all.teacher_kept, member.teacher_kept);
  }
  return all.student_state + all.teacher_state + std::max(all.teacher_step, all.teacher_kept + all.student_step);
}

EvaluationMemory EstimateEvaluationMemory(const MemorySide& student, const MemorySide* teacher,
                                          const MemoryShape& shape) {
  const Sizes sizes(student, shape);
  const bool keeps = shape.rows > 0;
  EvaluationMemory memory;
  const double parameters = kFloatBytes * static_cast<double>(student.parameters);
  memory.student_kept = parameters + (keeps ? kFloatBytes * sizes.hidden : 0);
  memory.step = std::max({parameters, kFloatBytes * Layer(sizes), kFloatBytes * kDivergenceTensors * sizes.chunk});
  if (teacher == nullptr) return memory;
  const Sizes teaching(*teacher, shape);
  memory.teacher_kept = kFloatBytes * (2 * static_cast<double>(teacher->parameters) + (keeps ? teaching.hidden : 0));
  memory.step = std::max(memory.step, kFloatBytes * Layer(teaching));
  return memory;
}

double SharedEvaluationMemory(const std::vector<EvaluationMemory>& members) {
  EvaluationMemory all;
  for (const EvaluationMemory& member : members) {
    all.student_kept += member.student_kept;
    all.teacher_kept = std::max(all.teacher_kept, member.teacher_kept);
    all.step = std::max(all.step, member.step);
  }
  return all.student_kept + all.teacher_kept + all.step;
}

double ProgramMemory(double cohort_memory) { return kProgramBytes + kHeapFactor * cohort_memory; }

double EvaluatingProgramMemory(double evaluation_memory) {
  return kProgramBytes + kEvaluatingHeapFactor * evaluation_memory;
}

}  // namespace retort
