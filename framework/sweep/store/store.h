#ifndef RETORT_FRAMEWORK_SWEEP_STORE_STORE_H_
#define RETORT_FRAMEWORK_SWEEP_STORE_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/eval/scores/scores.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/train/student/checkpoint.h"
#include "nlohmann/json.hpp"

namespace retort {

// Results of stages by their keys, <root>/<key>/:
//
//   stage.textproto   what was computed, for people
//   stage.binpb       the same, for machines
//   metrics.jsonl, events.out.tfevents.*   logs of training
//   checkpoint/       while it trains
//   model/            the student, in Hugging Face's layout
//   loss_parameters.safetensors            parameters of loss terms, if there are any
//   done.json         written last: the result is complete; with the hash of every file above that is read again
//   scores.json       of an evaluation
//   augmented.jsonl   the examples of an augmentation (framework/augment/augment_file.h); as augmented.jsonl.partial
//                     while it works
//
// Results are put in place whole or not at all, and what is read is checked against what was written: anything else is
// an error that names the file (NotFound, DataLoss). done.json and scores.json are sealed
// (framework/json/sealed_json.h). Not thread-safe. Several processes may read; a stage is written by the one that has
// its lease (lease.h).
class Store {
 public:
  explicit Store(std::string root) : root_(std::move(root)) {}

  std::string Folder(const std::string& key) const { return root_ + "/" + key; }
  std::string CheckpointFolder(const std::string& key) const { return Folder(key) + "/checkpoint"; }

  // Whether the stage's result is there: for an evaluation beside a teacher, with the teacher's own scores.
  bool Has(const PlannedStage& planned) const;
  // The stages of a plan whose results are there.
  StageIndices Done(const Plan& plan) const;

  // Removes what cannot be used of the stages of a plan, so that it is computed again: results some file of which is
  // gone or damaged, checkpoints that are damaged or whose steps the log does not have, temporary files of processes
  // that were killed. Returns a line for each but the last. What another process works on is left alone.
  std::vector<std::string> Repair(const Plan& plan) const;

  // Removes what processes that were killed left of a plan's stages that are done: leases, checkpoints, temporary
  // files.
  void Tidy(const Plan& plan) const;

  bool HasStudent(const std::string& key) const;
  bool HasScores(const std::string& key) const;

  // Makes the stage's folder and writes what will be computed there.
  absl::Status Begin(const PlannedStage& planned) const;

  // Stores a trained student and removes its checkpoints. DataLoss, with a way out, if its log does not have all steps.
  absl::Status PutStudent(const PlannedStage& planned, const ParameterSet& parameters, const Progress& progress) const;
  absl::StatusOr<LoadedModel> GetStudent(const std::string& key) const;
  // Copies parameters of loss terms, by name, out of the result that the student is part of.
  absl::Status GetLossParameters(const std::string& key, const std::vector<std::string>& names,
                                 ParameterSet* parameters) const;

  // How far the training of a stage came, as it was stored.
  absl::StatusOr<Progress> GetProgress(const std::string& key) const;

  // Where an augmentation writes its examples.
  std::string AugmentedPath(const std::string& key) const { return Folder(key) + "/augmented.jsonl"; }
  // Stores that they are there and complete. REQUIRES: they are.
  absl::Status PutAugmented(const std::string& key, const std::string& computed_with) const;
  // DataLoss unless they are what was stored.
  absl::Status CheckAugmented(const std::string& key) const;

  absl::Status PutScores(const std::string& key, const Scores& scores) const;
  absl::StatusOr<Scores> GetScores(const std::string& key) const;

  // metrics.jsonl of a training stage.
  absl::StatusOr<std::string> GetMetricsLog(const std::string& key) const;

 private:
  absl::StatusOr<nlohmann::ordered_json> ReadDone(const std::string& key) const;
  absl::Status CheckFiles(const std::string& key, const char* required) const;
  absl::Status CheckStudent(const std::string& key) const;
  absl::Status CheckResult(const PlannedStage& planned, const std::string& key) const;
  absl::Status CheckLog(const std::string& key, int64_t steps) const;
  void RepairResult(const PlannedStage& planned, std::vector<std::string>* lines) const;
  void RepairCheckpoints(const PlannedStage& planned, std::vector<std::string>* lines) const;
  void RemoveCheckpointsOfDone(const PlannedStage& planned) const;

  const std::string root_;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STORE_STORE_H_
