#ifndef RETORT_FRAMEWORK_SWEEP_RUN_STORE_H_
#define RETORT_FRAMEWORK_SWEEP_RUN_STORE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/eval/scores/scores.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/train/student/checkpoint.h"

namespace retort {

// Results of stages by their keys, <root>/<key>/:
//
//   stage.textproto   what was computed, for people
//   stage.binpb       the same, for machines
//   metrics.jsonl, events.out.tfevents.*   logs of training
//   checkpoint/       while it trains
//   model/            the student, in Hugging Face's layout
//   loss_parameters.safetensors            parameters of loss terms, if there are any
//   done.json         written last: the result is complete
//   scores.json       of an evaluation
//
// Results are put in place whole or not at all. What cannot be read again is an error that names the file (NotFound,
// DataLoss). Not thread-safe; several processes may read.
class Store {
 public:
  explicit Store(std::string root) : root_(std::move(root)) {}

  std::string Folder(const std::string& key) const { return root_ + "/" + key; }
  std::string CheckpointFolder(const std::string& key) const { return Folder(key) + "/checkpoint"; }

  // Whether the stage's result is there.
  bool Has(const PlannedStage& planned) const;
  // The stages of a plan whose results are there.
  StageIndices Done(const Plan& plan) const;
  bool HasStudent(const std::string& key) const;
  bool HasScores(const std::string& key) const;

  // Makes the stage's folder and writes what will be computed there.
  absl::Status Begin(const PlannedStage& planned) const;

  // Stores a trained student and removes its checkpoints.
  absl::Status PutStudent(const PlannedStage& planned, const ParameterSet& parameters, const Progress& progress) const;
  absl::StatusOr<LoadedModel> GetStudent(const std::string& key) const;

  absl::Status PutScores(const std::string& key, const Scores& scores) const;
  absl::StatusOr<Scores> GetScores(const std::string& key) const;

  // metrics.jsonl of a training stage.
  absl::StatusOr<std::string> GetMetricsLog(const std::string& key) const;

 private:
  const std::string root_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RUN_STORE_H_
