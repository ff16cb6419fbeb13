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
  bool keeps_best = false;  // The best parameters so far are kept beside those that are trained.
};

// A micro-batch: B sequences padded to S positions, of which n are real; r rows of logits, c of them in memory at once
// as k tensors; and bytes per value e of the forward pass (4 or 2).
struct MemoryShape {
  int64_t sequences = 0;
  int64_t positions = 0;
  int64_t tokens = 0;
  int64_t rows = 0;
  int64_t row_chunk = 512;
  int64_t logit_tensors = 1;
  c10::ScalarType precision = c10::ScalarType::Float;
};

// What a training on the CPU needs, in bytes. N are parameters, p = B·S all positions, n those that are computed: the
// real ones, or all p where a loss reads padding; other letters are those of framework/batch/batch.h.
//
//   student_state  = 16 N    master weights, gradient and AdamW's two moments; in bfloat16 2 N more: a working copy;
//                            4 N more where the best parameters are kept
//   student_copies = 16 N    before the first step: initial weights, and those with the parameters of loss terms; after
//                            the last: what is kept, and what is stored of it
//   student_step   = 2 n H e                      embeddings: the LayerNorm's input, the output
//                  + L (8 n H + 2 n I) e          per layer: query, key, value, attention's output, both LayerNorms'
//                                                 inputs and outputs; before and after GELU (4 n I where it is gated).
//                                                 Attention's weights are not stored (framework/ops/attention)
//                  + (p + 5 r) H e                head: the last hidden state with its padding; three steps, the output
//                                                 and that one's gradient
//                  + 16 p H                       per hidden layer that losses read, float32
//                  + 20 p H + 12 p A S            per layer of attention that they read, float32: query, key and value
//                                                 with padding, copies of two, scores of both sides and their gradient
//                  + the larger of two phases:
//                    (k min(r, c) V + V H) e      logits and their gradient, one tensor where the fused kernel computes
//                                                 all terms; the gradient of the decoder, before it is added (in
//                                                 float32 only where oneDNN makes it, framework/ops/matmul)
//                    (n I + 3 n H + H I) e        gradients within one layer
//   teacher_state  = (4 + e) N_t                  as read, and in the precision; 4 N_t if only students are made of it
//   teacher_kept   = (hidden + 3 attention) p H e + r V e    layers that losses read; logits of all rows
//   teacher_step   = one layer, max(7 n H, 2 n H + 2 n I) e, beside the layers kept so far
//
// Without logits V, r = 0. L counts the layers up to the last that is read. Losses in Gram form and divergences of
// attention, which store no scores or logits, take less.
//
// With bottlenecks of width D and F feed-forward networks a layer keeps (10 + 2 F) n D + 2 n H + 2 F n I (2 n D fewer
// where they feed attention), and embeddings of trigrams 3 n E more. D stands for H in what is read of attention, and
// within one layer, which takes 2 n H more.
struct TrainingMemory {
  double student_state = 0;
  double student_copies = 0;
  double student_step = 0;
  double teacher_state = 0;
  double teacher_step = 0;
  double teacher_kept = 0;
};

// Args: teacher: null if there is none; `reads_teacher`: not only while students are made.
TrainingMemory EstimateTrainingMemory(const MemorySide& student, const MemorySide* teacher, const MemoryShape& shape,
                                      bool reads_teacher = true);

// The most that trainings need at once that share data and teacher and run on each micro-batch one after the other, or
// `students_at_once` of them together:
//
//   Σ student_state + teacher_state + max(max student_copies, teacher_step, teacher_kept + Σ' student_step)
//
// where Σ' is of those that need most. Copies are there before the first step and after the last one, when no step is.
double CohortMemory(const std::vector<TrainingMemory>& members, int students_at_once = 1);

// What an evaluation needs, in bytes, in float32 whatever the student's precision, for a forward pass of n positions:
//
//   student_kept = 4 N + 4 p H                         parameters; the last hidden states, until those of all are there
//   teacher_kept = 8 N_t + 4 p H_t                     parameters as read and as they run
//   step         = the largest of three phases:
//                  4 N                                 a student as it is read
//                  4 max(7 n H, 2 n H + 2 n I)         one layer of either encoder
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

// What a program takes in all that needs so much to train or to evaluate, with libtorch, some 10 MB of texts, and
// memory that is kept for what comes next (framework/base/kept_blocks.h). The constants are chosen by measurements in
// float32 of at most eight steps, with products by oneDNN: one and eight students of the quickstart, who take 7 and
// 13 % more than this says, fine-tuning and texts of 512 pieces, which take the same to 2 %, as a DistilBERT beside a
// BERT-base did when it was measured last.
// tools/bench/memory.sh measures again.
double ProgramMemory(double memory);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STUDENT_MEMORY_H_
