#ifndef RETORT_FRAMEWORK_TRAIN_COHORT_H_
#define RETORT_FRAMEWORK_TRAIN_COHORT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/batch/step_batch.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/model/encoder.h"
#include "framework/train/cohort_teacher.h"
#include "framework/train/collective.h"
#include "framework/train/observer.h"
#include "framework/train/student/checkpoint.h"
#include "framework/train/student/student_trainer.h"

// Students that are trained together:
//
//   CohortOptions options;
//   options.step_batch = [&](int64_t step) { return source->Step(step); };    // framework/data/step_source.h
//   options.total_steps = 1000;
//   options.teacher = {&teacher_encoder, &teacher_parameters, std::nullopt};
//   absl::StatusOr<std::vector<MemberResult>> results = TrainCohort(options, &members);

namespace retort {

// One student of a cohort.
struct CohortMember {
  StageId id;
  const Encoder* encoder = nullptr;
  std::unique_ptr<StudentTrainer> student;
  std::string checkpoint_folder;  // Empty: none are written or read.
};

// Values of CohortOptions.metrics of every student, in the order given.
using CohortEvaluator = std::function<absl::StatusOr<std::vector<std::map<std::string, double>>>(
    const std::vector<const CohortMember*>& members)>;

// What became of a member.
struct MemberResult {
  absl::Status status;  // Not OK: it stopped; its last checkpoint stays.
  Progress progress;
  at::Tensor parameters;  // Flat, as Keep chooses. Undefined unless OK.
};

struct CohortOptions {
  std::function<StepBatch(int64_t step)> step_batch;  // A pure function; steps count from 0.
  int64_t total_steps = 0;
  int micro_batches = 1;
  int64_t row_chunk = 512;  // As in the stages of all members.
  // On a CPU: of students that compute side by side, each on one thread; the teacher has all threads. With 1 each
  // student has all threads too, and the next one follows. What a student computes is the same for all numbers above 1.
  int students_at_once = 1;
  c10::Device device = c10::Device(at::kCPU);
  // After how many steps observers are told of them all. On a GPU, to fetch their values is to wait for it: with more
  // than 1 it computes while the host is some steps ahead. Evaluations and checkpoints fetch them as well. A member
  // whose values are not finite ends when that is seen, as it was before that step.
  int64_t steps_per_fetch = 1;
  CohortTeacher teacher;  // Without encoder: none.
  int64_t checkpoint_steps = 100;
  double checkpoint_seconds = 60;  // At the end of the step in which they are over, as well.
  // What beside the options decides the bits (threads, instruction set ...). A checkpoint of another is not gone on
  // from, unless `inexact_resume`; its progress then names both.
  std::string computed_with;
  bool inexact_resume = false;
  CohortEvaluator evaluate;           // Before the first step, at times and after the last. Null: never.
  int64_t evaluate_every_tokens = 0;  // One of the two is > 0 if there is an evaluator.
  int64_t evaluate_every_steps = 0;
  MetricSpecs metrics;                      // Of the evaluator.
  const std::atomic<bool>* stop = nullptr;  // Set from elsewhere: write checkpoints and return.
  std::vector<Observer*> observers;         // Called on rank 0 alone.
  // Called on every rank as soon as member number `index` leaves the cohort, so that its result outlives an
  // interruption of the others. An error ends the training of all. Null: nobody asks.
  std::function<absl::Status(size_t index, const MemberResult& result)> left;
  Collective* ranks = SoleRank();  // That share the work of each step.
};

// Trains students that see the same teacher and the same data: one data pass and one teacher forward per micro-batch,
// K independent students. What a member computes does not depend on the others: its result has the same bits in any
// cohort.
//
// Goes on from the members' newest common checkpoint, or begins at step 0 if there is none, with an evaluation, where
// there are any, that curves begin at and Keep.best does not see. Checkpoints every
// `checkpoint_steps`, every `checkpoint_seconds` and when stopped, which a step alone does not delay: a step that is
// not yet whole is left. A member whose loss or gradient stops being finite, or one of whose terms fails, ends alone,
// on all ranks. A member that Keep.best.patience stops leaves with the result that it has; its checkpoints are then of
// no use.
//
// Ranks hold the same members and options but for `ranks`, and read the same checkpoints, which rank 0 alone writes.
// They evaluate each for itself, to the same metrics. An error of one ends the training of all.
//
// Returns: one result per member. Errors: Cancelled if `stop` was set on any rank; FailedPrecondition for a checkpoint
// that was computed with something else; what the file system, the teacher or
// an observer reports; Aborted if they report it on another rank.
absl::StatusOr<std::vector<MemberResult>> TrainCohort(const CohortOptions& options, std::vector<CohortMember>* members);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_COHORT_H_
