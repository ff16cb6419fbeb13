#ifndef RETORT_FRAMEWORK_TRAIN_OBSERVER_H_
#define RETORT_FRAMEWORK_TRAIN_OBSERVER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace retort {

// Which training an event belongs to: one stage of one variant with one seed.
struct StageId {
  std::string variant;
  uint64_t seed = 0;
  std::string stage;
};

// What a stage is going to do.
struct StageOutline {
  int64_t first_step = 0;   // Steps done already, when the stage is resumed.
  int64_t total_steps = 0;  // Optimiser steps of the whole stage.
  int64_t parameters = 0;   // Trained and frozen parameters of the student.
};

// One loss term in one step.
struct TermValue {
  std::string name;
  double weight = 0;
  double value = 0;  // sum / count, before weighting, in the term's unit.
  double count = 0;  // Rows, entries or sequences that the sum runs over.
};

// One optimiser step.
struct StepRecord {
  int64_t step = 0;          // 1 after the first step.
  int64_t tokens = 0;        // Real positions seen since the stage began.
  double student_flops = 0;  // Since the stage began.
  double total_flops = 0;    // As student_flops, with the teacher's forward.
  std::vector<TermValue> terms;
  double loss = 0;           // Σ weight · value.
  double gradient_norm = 0;  // Global L2 norm before clipping.
  bool clipped = false;
  double learning_rate = 0;
  double tokens_per_second = 0;  // Of this variant's cohort: positions of its data pass per second.
};

// One evaluation while training, or of a finished stage.
struct EvaluationRecord {
  int64_t step = 0;
  int64_t tokens = 0;
  double student_flops = 0;
  double total_flops = 0;
  std::map<std::string, double> metrics;  // "masked_lm/cross_entropy" -> 4.09
  bool out_of_patience = false;           // The training ends with it (Keep.best.patience).
};

// Watches training. The trainer calls it from its own thread, events of one StageId in order; events of the members of
// a cohort interleave. An observer never changes what is trained.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void StageStarted(const StageId&, const StageOutline&) {}
  virtual void StepDone(const StageId&, const StepRecord&) {}
  virtual void Evaluated(const StageId&, const EvaluationRecord&) {}
  // A checkpoint of this step is on disk: what was observed up to it will not be seen again.
  virtual void Checkpointed(const StageId&, int64_t /*step*/) {}
  virtual void StageEnded(const StageId&, const absl::Status&) {}
  // The first error. Asked after every step, before a checkpoint can say that the step was observed.
  virtual absl::Status status() const { return absl::OkStatus(); }
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_OBSERVER_H_
