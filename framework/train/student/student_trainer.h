#ifndef RETORT_FRAMEWORK_TRAIN_STUDENT_STUDENT_TRAINER_H_
#define RETORT_FRAMEWORK_TRAIN_STUDENT_STUDENT_TRAINER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "c10/core/Device.h"
#include "c10/core/ScalarType.h"
#include "framework/batch/batch.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/encoder.h"
#include "framework/model/parameter_set.h"
#include "framework/ops/adamw/adamw.h"
#include "framework/ops/gram_error/gram_error.h"
#include "framework/train/collective.h"
#include "framework/train/objective/objective.h"
#include "framework/train/objective/row_head.h"

namespace retort {

// What a teacher gives the students of a cohort for one micro-batch. Detached.
struct TeacherOutputs {
  ModelOutputs model;
  std::map<HeadRows, LogitChunks> logits;
  std::map<RowSet, ops::LinearRows>
      decoder_rows;  // What logits of the vocabulary are made of (Capture::decoder_inputs).
};

// What one optimiser step did.
struct UpdateResult {
  int64_t step = 0;            // From 1.
  std::vector<double> counts;  // By term, of the whole step.
  std::vector<double> values;  // sum / count by term, before weighting.
  double loss = 0;             // Σ weight · value.
  double gradient_norm = 0;    // Before clipping.
  bool clipped = false;        // The whole gradient was, or that of any parameter by itself.
  double learning_rate = 0;
};

// What some optimiser steps did.
struct UpdateResults {
  std::vector<UpdateResult> steps;  // In their order, up to one that was not taken.
  // Aborted, naming the term or the gradient, and the step, if a value was not finite: neither that step nor any after
  // it was taken.
  absl::Status status;
};

// The parameters that the words of Stage.freeze stand for: none for "padding_embedding", of which only gradients are
// frozen that come from positions. InvalidArgument if the student has no such parameter.
absl::StatusOr<std::set<std::string>> FrozenParameters(const Stage& stage, const std::vector<ParameterSpec>& specs);

// What a student is made of.
struct StudentOptions {
  Stage stage;                             // Optimiser, schedule, clipping, freezing, normalization; defaults filled.
  uint64_t seed = 0;                       // Of its dropout.
  c10::ScalarType precision = at::kFloat;  // Of the forward and backward pass: float32 or bfloat16.
  c10::Device device = c10::Device(at::kCPU);
  int64_t total_steps = 0;
};

// One student in training: master weights, their working copy, the optimiser's moments, and the objective. One thread
// at a time; nothing is shared with other students.
//
// A step is: StartStep, AddGradient for each micro-batch of this rank, SumOverRanks, Update. None of them waits for a
// GPU; FetchResults does, and is there for several steps at a time.
class StudentTrainer {
 public:
  // Args: initial: parameters of the encoder, of its heads and of the objective's terms, float32 on the
  // host. InvalidArgument if stage.freeze names what does not exist.
  static absl::StatusOr<std::unique_ptr<StudentTrainer>> Create(const Encoder& encoder, Objective objective,
                                                                const ParameterSet& initial, StudentOptions options);

  const Objective& objective() const { return objective_; }
  const StudentOptions& options() const { return options_; }

  // Clears the gradient and fixes what the sums of this step are divided by.
  //
  // Args: micro_batches: the masks of each micro-batch of the step, those of other ranks included.
  void StartStep(absl::Span<const BatchMasks> micro_batches);

  // Forward and backward of one micro-batch; micro_batch counts from 0. `teacher` may be null if no term reads it.
  // Errors: those of the terms.
  absl::Status AddGradient(const Batch& batch, int micro_batch, const TeacherOutputs* teacher);

  // Makes the gradient and the sums of losses those of all ranks' micro-batches: one sum of the flat gradient, and one
  // of the terms' sums. Nothing to do for a sole rank.
  void SumOverRanks(Collective* ranks);

  // Clips, and takes the optimiser's step number `step` (from 1), if all values of this step and of those before are
  // finite; else the parameters and moments stay as they are.
  void Update(int64_t step);

  // What the steps since the last call did.
  UpdateResults FetchResults();

  // float32, on the device: what is stored, evaluated and exported.
  const ParameterSet& parameters() const { return master_; }
  // What the optimiser goes on from: flat buffers as in `parameters()`.
  struct OptimizerState {
    at::Tensor parameters, first_moment, second_moment;
  };
  OptimizerState state() const { return {master_.flat(), first_moment_, second_moment_}; }
  // Copies a state in, and begins anew with it: results that were not fetched are forgotten. REQUIRES: of the same
  // sizes.
  void Restore(const OptimizerState& state);

 private:
  StudentTrainer(const Encoder& encoder, Objective objective, const ParameterSet& initial, StudentOptions options);

  const ParameterSet& working() const { return has_working_copy_ ? working_ : master_; }
  double Scale(size_t term, int micro_batch) const;
  // The row terms of a group.
  absl::StatusOr<RowHeadResult> RunGroup(const RowGroup& group, const Batch& batch, const ModelOutputs& outputs,
                                         const TeacherOutputs* teacher, absl::Span<const double> scales) const;
  // Runs the row terms, adds their sums and gives what to run backward from.
  absl::Status AddRowTerms(const Batch& batch, const ModelOutputs& outputs, const TeacherOutputs* teacher,
                           absl::Span<const double> scales, std::vector<at::Tensor>* roots,
                           std::vector<at::Tensor>* gradients);
  // The same with the terms over tensors.
  absl::Status AddTensorTerms(const Batch& batch, int micro_batch, const ModelOutputs& outputs,
                              const TeacherOutputs* teacher, absl::Span<const double> scales,
                              std::vector<at::Tensor>* roots, std::vector<at::Tensor>* gradients);
  // What clipping multiplies the gradient of each segment by: [segments] float64. `norm`: [], of the whole gradient.
  at::Tensor ClipFactors(const at::Tensor& norm) const;
  // A step whose values are still on the device: [terms + 2] float64, the terms' sums, the gradient's norm and whether
  // it was clipped.
  struct LaunchedUpdate {
    UpdateResult result;  // What the host knows of it.
    at::Tensor values;
  };
  UpdateResult ResultOf(const LaunchedUpdate& launched, const at::Tensor& values) const;
  absl::Status CheckFinite(const UpdateResult& result) const;

  const Encoder& encoder_;
  const Objective objective_;
  const StudentOptions options_;
  const Capture demands_;
  ParameterSet master_;
  ParameterSet working_;  // Of the precision, if it is not the master's.
  bool has_working_copy_;
  const bool freeze_padding_;
  at::Tensor first_moment_, second_moment_;
  std::vector<ops::AdamWSegment> segments_;
  std::vector<std::map<std::string, at::Tensor>> term_parameters_;

  std::vector<std::vector<double>> counts_;  // By micro-batch and term.
  std::vector<double> total_counts_;         // By term.
  std::vector<at::Tensor> sums_;             // [] float64 by term.
  at::Tensor all_finite_;                    // [] bool: every value of all steps so far.
  std::vector<LaunchedUpdate> launched_;     // Since results were fetched.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STUDENT_STUDENT_TRAINER_H_
