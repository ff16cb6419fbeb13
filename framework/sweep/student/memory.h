#ifndef RETORT_FRAMEWORK_SWEEP_STUDENT_MEMORY_H_
#define RETORT_FRAMEWORK_SWEEP_STUDENT_MEMORY_H_

#include <cstdint>
#include <vector>

#include "c10/core/ScalarType.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

// One side of a training: an encoder, its parameters with those of loss terms, and what is read of it.
struct MemorySide {
  EncoderConfig config;
  int64_t parameters = 0;
  Capture demands;
};

// A micro-batch: B sequences padded to S positions, r rows of logits of which c are in memory at once, and bytes per
// value e of the forward pass (4 or 2).
struct MemoryShape {
  int64_t sequences = 0;
  int64_t positions = 0;
  int64_t rows = 0;
  int64_t row_chunk = 512;
  c10::ScalarType precision = c10::ScalarType::Float;
};

// What a training needs, in bytes, with n = B·S, N parameters, and the letters of framework/batch/batch.h:
//
//   student_state = 16 N     master weights, gradient and AdamW's two moments; in bfloat16 2 N more: a working copy
//   student_step  =          kept for the pass backward:
//                     2 n H e                               embeddings: the LayerNorm's input, the output
//                   + L (8 n H + 2 n I + n A S) e           per layer: query, key, value, attention's output, both
//                                                           LayerNorms' inputs and outputs; before and after GELU; p
//                   + 5 r H e                               head: its three steps, its output and that one's gradient
//                   + 16 n H per hidden layer that losses read, 12 n A S per layer of attention (float32)
//                   + the larger of two phases:
//                     2 min(r, c) V e (+ V H e in bfloat16) logits with their gradient; that of the decoder
//                     max(2 n I, 2 n A S) e                 gradients within one layer
//   teacher_state = (4 + e) N_t                             as read, and in the precision
//   teacher_kept  = (hidden + 3 attention) n H e + r V e    layers that losses read; logits of all rows
//   teacher_step  = one layer, max(7 n H + n A S, 2 n H + 2 n I) e, beside the layers kept so far
//
// Without logits V, r = 0. L counts the layers up to the last that is read.
//
// With bottlenecks of width D and F feed-forward networks a layer keeps (10 + 2 F) n D + 2 n H + 2 F n I + n A S (2 n D
// fewer where they feed attention), and embeddings of trigrams 3 n E more. D stands for H in what is kept of the
// teacher's attention, and within one layer, which takes 2 n H more. The decoder's V H is there in float32 too.
struct TrainingMemory {
  double student_state = 0;
  double student_step = 0;
  double teacher_state = 0;
  double teacher_step = 0;
  double teacher_kept = 0;
};

// Args: teacher: null if none is read.
TrainingMemory EstimateTrainingMemory(const MemorySide& student, const MemorySide* teacher, const MemoryShape& shape);

// The most that trainings need at once that share data and teacher and run one after the other on each micro-batch:
//
//   Σ student_state + teacher_state + max(teacher_step, teacher_kept + max student_step)
double CohortMemory(const std::vector<TrainingMemory>& members);

// What an evaluation needs, in bytes, in float32 whatever the student's precision, for a forward pass of n positions:
//
//   student_kept = 4 N + 4 n H                         parameters; the last hidden states, until those of all are there
//   teacher_kept = 8 N_t + 4 n H_t                     parameters as read and as they run
//   step         = the largest of three phases:
//                  4 N                                 a student as it is read
//                  4 max(7 n H + n A S, 2 n H + 2 n I) one layer of either encoder
//                  4 · 5 min(r, c) V                   log p of student and teacher, three tensors of their divergence
//
// Without logits V, r = 0, and no hidden states are kept.
struct EvaluationMemory {
  double student_kept = 0;
  double teacher_kept = 0;
  double step = 0;
};

// Args: teacher: null if none is read; the sides' demands and the shape's precision do not count.
EvaluationMemory EstimateEvaluationMemory(const MemorySide& student, const MemorySide* teacher,
                                          const MemoryShape& shape);

// The most that evaluations need which share a pass:  Σ student_kept + teacher_kept + max step
double SharedEvaluationMemory(const std::vector<EvaluationMemory>& members);

// What a program that trains such a cohort takes in all, libtorch, texts and a heap that keeps freed memory in pieces
// (framework/base/memory.h) included. The constants are measured: within a quarter of the peak in float32 and bfloat16,
// for one to 24 students of the quickstart, steps of 16 to 128 sequences, and encoders of width 16.
double ProgramMemory(double cohort_memory);

// The same of a program that evaluates. Measured, with texts of 128 and 512 pieces: within a twentieth of the peak for
// one and eight DistilBERTs, beside a BERT-base and without a teacher; for one and eight students of the quickstart, of
// which the program itself is the larger part, up to a fifth below it.
double EvaluatingProgramMemory(double evaluation_memory);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STUDENT_MEMORY_H_
