#ifndef RETORT_FRAMEWORK_TRAIN_STUDENT_CHECKPOINT_H_
#define RETORT_FRAMEWORK_TRAIN_STUDENT_CHECKPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/train/student/student_trainer.h"

namespace retort {

// How far the training of one student has come.
struct Progress {
  int64_t step = 0;    // Steps done.
  int64_t tokens = 0;  // Real positions seen.
  double student_flops = 0;
  double total_flops = 0;
  std::string computed_with;         // CohortOptions.computed_with, of all its parts.
  std::optional<double> best_value;  // Of the metric that Keep.best names, at best_step.
  int64_t best_step = 0;
  int64_t evaluations_since_best = 0;  // That were no better.
  bool evaluation_due = false;         // The evaluation after this step is still to be done.
  int64_t stopped_step = 0;            // After which Keep.best.patience ended the training; 0: it did not.
};

// Everything that a training goes on from with the same bits.
struct Checkpoint {
  Progress progress;
  StudentTrainer::OptimizerState state;
  at::Tensor best_parameters;  // Undefined unless progress.best_value is set.
};

// Writes step_<n>.safetensors into the folder, atomically, and removes all others but the newest before it: those after
// it are of a training that went further and was then begun anew from an earlier step. Makes the folder.
// Errors: those of the file system, with the path.
absl::Status SaveCheckpoint(const std::string& folder, const Checkpoint& checkpoint);

// The steps that the folder has checkpoints of, ascending; none if there is no folder.
std::vector<int64_t> ListCheckpoints(const std::string& folder);

// Removes a checkpoint if it is there.
void RemoveCheckpoint(const std::string& folder, int64_t step);

// The newest step that every folder has a checkpoint of; 0 if there is none.
int64_t NewestCommonCheckpoint(const std::vector<std::string>& folders);

// Errors: NotFound; DataLoss for a damaged or foreign file, with the path: its bytes are those that were hashed when it
// was written.
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& folder, int64_t step);

// Lets a training that was computed under progress->computed_with go on under `today`, and notes a change there.
// Errors: FailedPrecondition if they differ and `inexact` bits were not asked for; it names the folder and both.
absl::Status ResumeUnder(const std::string& today, bool inexact, const std::string& folder, Progress* progress);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_STUDENT_CHECKPOINT_H_
