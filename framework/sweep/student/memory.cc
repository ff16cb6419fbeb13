#include "framework/sweep/student/memory.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace retort {
namespace {

constexpr double kFloatBytes = 4;
constexpr double kStateFloats = 4;  // Master weight, gradient, two moments.

constexpr double kCopiesFloats = 4;  // Two before the first step, two after the last.

// As measured.
constexpr double kProgramBytes = 200e6;
constexpr double kKeptFactor = 1.1;

constexpr double kDivergenceTensors = 5;

// Sizes of one encoder's tensors for a micro-batch, in values.
struct Sizes {
  Sizes(const MemorySide& side, const MemoryShape& shape) : layer(side.config.layers.front()) {
    const EncoderConfig& config = side.config;
    const double places = static_cast<double>(shape.sequences * shape.positions);
    const double positions = side.demands.padding ? places : static_cast<double>(shape.tokens);
    const int64_t rows_at_once = std::min(shape.rows, shape.row_chunk);
    const int64_t columns = config.embedding_size * (config.trigrams ? 3 : 1);
    width = static_cast<double>(config.hidden_size);
    hidden = positions * width;
    inner = positions * static_cast<double>(layer.inner_width(config.hidden_size));
    padded_hidden = places * width;
    padded_inner = places * static_cast<double>(layer.inner_width(config.hidden_size));
    words_read = places * static_cast<double>(columns);
    intermediate = positions * static_cast<double>(layer.feed_forward.width);
    scores = places * static_cast<double>(layer.attention.heads * shape.positions);
    head = static_cast<double>(shape.rows * config.hidden_size);
    chunk = static_cast<double>(rows_at_once * config.vocabulary_size);
    logits = static_cast<double>(shape.rows * config.vocabulary_size);
    decoder = static_cast<double>(config.vocabulary_size * config.hidden_size);
    matrix = static_cast<double>(layer.inner_width(config.hidden_size) * layer.feed_forward.width);
    depth = side.demands.Depth(config.depth());
  }

  LayerSpec layer;
  double width;          // H
  double hidden;         // n H
  double inner;          // n D: n H without bottlenecks
  double padded_hidden;  // p H
  double padded_inner;   // p D
  double words_read;     // p 3E: 0 where word embeddings are not projected
  double intermediate;   // n I
  double scores;         // p A S
  double head;           // r H
  double chunk;          // min(r, c) V
  double logits;         // r V
  double decoder;        // V H
  double matrix;         // D I
  double depth;          // L
};

// What a layer keeps for the pass backward, in values.
double KeptByLayer(const Sizes& sizes) {
  const double networks = static_cast<double>(sizes.layer.feed_forward.networks);
  const double activations = sizes.layer.feed_forward.gated ? 4 : 2;
  const double parts = 6 * sizes.inner + networks * (2 * sizes.inner + activations * sizes.intermediate);
  if (sizes.layer.bottleneck.width == 0) return parts;
  const double narrowed = sizes.layer.bottleneck.feeds_attention ? 1 : 2;
  return parts + 2 * narrowed * sizes.inner + 2 * sizes.hidden;
}

// The largest tensors at one time within a layer whose input is given, in values.
double Layer(const Sizes& sizes) {
  const double around = sizes.layer.bottleneck.width > 0 ? 2 * sizes.hidden : 0;
  return around + std::max(7 * sizes.inner, 2 * sizes.inner + 2 * sizes.intermediate);
}

double StudentStep(const MemorySide& side, const MemoryShape& shape, double bytes) {
  const Sizes sizes(side, shape);
  const bool has_logits = shape.rows > 0;
  const double last = has_logits ? sizes.padded_hidden : 0;
  const double kept =
      (2 * sizes.hidden + sizes.words_read + sizes.depth * KeptByLayer(sizes) + last + 5 * sizes.head) * bytes;
  const double read_hidden = 4 * sizes.padded_hidden * static_cast<double>(side.demands.hidden.size());
  const double read_attention =
      (5 * sizes.padded_inner + 3 * sizes.scores) * static_cast<double>(side.demands.attention.size());
  // The decoder's gradient, or its matrix, is made by itself before it is added, or read.
  const double logits = static_cast<double>(shape.logit_tensors) * sizes.chunk + (has_logits ? sizes.decoder : 0);
  const double within_layer = sizes.intermediate + 3 * sizes.hidden + sizes.matrix;
  const double losses = kFloatBytes * (read_hidden + read_attention);
  return kept + losses + std::max(logits, within_layer) * bytes;
}

void AddTeacher(const MemorySide& teacher, const MemoryShape& shape, double bytes, TrainingMemory* memory) {
  const Sizes sizes(teacher, shape);
  const Capture& demands = teacher.demands;
  const bool has_logits = demands.Reads(HeadKind::kVocabulary);
  const bool reads_last = demands.hidden.count(teacher.config.depth()) > 0;
  const auto layers = static_cast<double>(demands.hidden.size() + (has_logits && !reads_last ? 1 : 0));
  const double captured =
      (sizes.padded_hidden * layers + 3 * sizes.padded_inner * static_cast<double>(demands.attention.size())) * bytes;
  memory->teacher_state = (kFloatBytes + bytes) * static_cast<double>(teacher.parameters);
  memory->teacher_kept = captured + (has_logits ? sizes.logits * bytes : 0);
  memory->teacher_step = std::max(captured + Layer(sizes) * bytes, memory->teacher_kept);
}

}  // namespace

TrainingMemory EstimateTrainingMemory(const MemorySide& student, const MemorySide* teacher, const MemoryShape& shape,
                                      bool reads_teacher) {
  const double bytes = static_cast<double>(c10::elementSize(shape.precision));
  const double working_copy = bytes < kFloatBytes ? bytes : 0;
  const double best = student.keeps_best ? kFloatBytes : 0;
  const auto parameters = static_cast<double>(student.parameters);
  TrainingMemory memory;
  memory.student_state = (kStateFloats * kFloatBytes + working_copy + best) * parameters;
  memory.student_copies = kCopiesFloats * kFloatBytes * parameters;
  memory.student_step = StudentStep(student, shape, bytes);
  if (teacher == nullptr) return memory;
  if (reads_teacher) {
    AddTeacher(*teacher, shape, bytes, &memory);
  } else {
    memory.teacher_state = kFloatBytes * static_cast<double>(teacher->parameters);
  }
  return memory;
}

double CohortMemory(const std::vector<TrainingMemory>& members, int students_at_once) {
  TrainingMemory all;
  std::vector<double> steps;
  for (const TrainingMemory& member : members) {
    all.student_state += member.student_state;
    all.student_copies = std::max(all.student_copies, member.student_copies);
    steps.push_back(member.student_step);
    all.teacher_state = std::max(all.teacher_state, member.teacher_state);
    all.teacher_step = std::max(all.teacher_step, member.teacher_step);
    all.teacher_kept = std::max(all.teacher_kept, member.teacher_kept);
  }
  std::sort(steps.begin(), steps.end(), std::greater<>());
  steps.resize(std::min(steps.size(), static_cast<size_t>(students_at_once)));
  all.student_step = std::accumulate(steps.begin(), steps.end(), 0.0);
  return all.student_state + all.teacher_state +
         std::max({all.student_copies, all.teacher_step, all.teacher_kept + all.student_step});
}

EvaluationMemory EstimateEvaluationMemory(const MemorySide& student, const MemorySide* teacher,
                                          const MemoryShape& shape) {
  const Sizes sizes(student, shape);
  const bool keeps = shape.rows > 0;
  EvaluationMemory memory;
  const double parameters = kFloatBytes * static_cast<double>(student.parameters);
  memory.student_kept = parameters + (keeps ? kFloatBytes * sizes.padded_hidden : 0);
  memory.step = std::max({parameters, kFloatBytes * Layer(sizes), kFloatBytes * kDivergenceTensors * sizes.chunk});
  if (teacher == nullptr) return memory;
  const Sizes teaching(*teacher, shape);
  memory.teacher_kept =
      kFloatBytes * (2 * static_cast<double>(teacher->parameters) + (keeps ? teaching.padded_hidden : 0));
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

double ProgramMemory(double memory) { return kProgramBytes + kKeptFactor * memory; }

}  // namespace retort
