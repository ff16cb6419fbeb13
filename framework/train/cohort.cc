#include "framework/train/cohort.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/side_by_side.h"
#include "framework/base/status_macros.h"
#include "framework/base/stop.h"
#include "framework/base/try_torch.h"
#include "framework/batch/micro_batches.h"
#include "framework/train/phases/phases.h"
#include "framework/train/step_flops.h"
#include "framework/train/step_record.h"
#include "framework/train/student/keep_best.h"
#include "glog/logging.h"

namespace retort {
namespace {

// What a member has seen when it has done a step.
struct Totals {
  int64_t step = 0, tokens = 0;
  double student_flops = 0, total_flops = 0;
};

// A member with what changes while it trains.
struct Running {
  CohortMember* member;
  MemberResult* result;
  at::Tensor best_parameters = {};
  absl::Status failure = {};          // Of this rank's part of the step.
  std::vector<Totals> launched = {};  // After each step whose values are still to be fetched; `result` has the others.
  UpdateResults updates = {};         // Of these steps.
  bool alive = true;                  // It trains on.
  bool left = false;
};

// After the newest step.
Totals TotalsOf(const Running& running) {
  if (!running.launched.empty()) return running.launched.back();
  const Progress& progress = running.result->progress;
  return {progress.step, progress.tokens, progress.student_flops, progress.total_flops};
}

// Where memory ran out for one member, what would help.
absl::Status WithWayOut(const absl::Status& status) {
  if (!IsOutOfMemory(status)) return status;
  return absl::ResourceExhaustedError(absl::StrCat(
      status.message(), "; compute a step in more slices (batch.micro_batches), or train fewer at once (--only)"));
}

class Training {
 public:
  Training(const CohortOptions& options, std::vector<CohortMember>* members, std::vector<MemberResult>* results)
      : options_(options) {
    for (size_t i = 0; i < members->size(); ++i) {
      running_.push_back({&(*members)[i], &(*results)[i]});
      const StudentTrainer& student = *(*members)[i].student;
      CHECK_EQ(student.options().stage.row_chunk(), options.row_chunk) << "members share the teacher's logits";
    }
    NoteDemands();
  }

  absl::Status Run() {
    RETORT_RETURN_IF_ERROR(Agreed(Resume()));
    for (Running& running : running_) Start(running);
    RETORT_RETURN_IF_ERROR(Agreed(ObserverStatus()));
    RETORT_RETURN_IF_ERROR(Agreed(TryTorch("evaluation", [&] { return EvaluateDue(first_step_); })));
    RETORT_RETURN_IF_ERROR(LetGo(/*all=*/false));
    for (int64_t step = first_step_; step < options_.total_steps && AnyAlive(); ++step) {
      if (options_.ranks->Agree(Stopped())) return Interrupt(step);
      const absl::Status status = Step(step);
      if (absl::IsCancelled(status)) return Interrupt(step);
      RETORT_RETURN_IF_ERROR(status);
      RETORT_RETURN_IF_ERROR(LetGo(/*all=*/false));
      const bool last = step + 1 == options_.total_steps;
      if (!last && CheckpointIsDue(step + 1)) RETORT_RETURN_IF_ERROR(SaveAll(step + 1));
    }
    return LetGo(/*all=*/true);
  }

 private:
  bool AnyAlive() const {
    return std::any_of(running_.begin(), running_.end(), [](const Running& running) { return running.alive; });
  }

  void NoteDemands() {
    demands_.clear();
    for (const Running& running : running_) {
      if (running.alive) AddDemands(running.member->student->objective().teacher(), &demands_);
    }
  }

  bool Stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  // Keeps the `step` steps that are done.
  absl::Status Interrupt(int64_t step) {
    if (step != last_checkpoint_) RETORT_RETURN_IF_ERROR(SaveAll(step));
    return absl::CancelledError(absl::StrCat("interrupted after step ", step));
  }

  // For KeepOnStop, while the step after `step` or an evaluation is computed. Ranks would have to agree.
  void KeepSteps(int64_t step) {
    if (options_.ranks->size() == 1 && step != last_checkpoint_) SaveAll(step).IgnoreError();
  }

  bool CheckpointIsDue(int64_t step) const {
    const double seconds = absl::ToDoubleSeconds(absl::Now() - last_save_);
    return step % options_.checkpoint_steps == 0 ||
           OfFirstRank(options_.ranks, seconds >= options_.checkpoint_seconds ? 1 : 0) == 1;
  }

  absl::Status Agreed(const absl::Status& mine) const { return AgreedStatus(options_.ranks, mine); }

  template <typename F>
  void Notify(const CohortMember& member, F&& call) const {
    if (options_.ranks->rank() != 0) return;
    for (Observer* observer : options_.observers) call(observer, member.id);
  }

  absl::Status ObserverStatus() const {
    for (const Observer* observer : options_.observers) RETORT_RETURN_IF_ERROR(observer->status());
    return absl::OkStatus();
  }

  absl::Status Resume() {
    std::vector<std::string> folders;
    for (const Running& running : running_) folders.push_back(running.member->checkpoint_folder);
    first_step_ = last_checkpoint_ = OfFirstRank(options_.ranks, NewestCommonCheckpoint(folders));
    for (Running& running : running_) {
      running.result->progress.computed_with = options_.computed_with;
      running.result->progress.evaluation_due = options_.evaluate != nullptr;  // Of step 0.
    }
    if (first_step_ == 0) return absl::OkStatus();
    for (Running& running : running_) {
      RETORT_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(running.member->checkpoint_folder, first_step_));
      if (checkpoint.state.parameters.numel() != running.member->student->parameters().flat().numel()) {
        return absl::DataLossError(absl::StrCat(running.member->checkpoint_folder, ": the checkpoint of step ",
                                                first_step_, " is of another model"));
      }
      running.member->student->Restore(checkpoint.state);
      running.result->progress = checkpoint.progress;
      RETORT_RETURN_IF_ERROR(ResumeUnder(options_.computed_with, options_.inexact_resume,
                                         running.member->checkpoint_folder, &running.result->progress));
      running.best_parameters = checkpoint.best_parameters;
    }
    return absl::OkStatus();
  }

  // Writes the checkpoints of all who are alive, after `step` steps.
  absl::Status SaveAll(int64_t step) {
    const MustFinish saving;
    FetchResults();
    RETORT_RETURN_IF_ERROR(Agreed(ObserverStatus()));
    last_checkpoint_ = step;
    last_save_ = absl::Now();
    return OnFirstRank(options_.ranks, [&] {
      for (const Running& running : running_) {
        if (!running.alive || running.member->checkpoint_folder.empty()) continue;
        RETORT_RETURN_IF_ERROR(
            SaveCheckpoint(running.member->checkpoint_folder,
                           {running.result->progress, running.member->student->state(), running.best_parameters}));
        Notify(*running.member, [&](Observer* observer, const StageId& id) { observer->Checkpointed(id, step); });
      }
      return absl::OkStatus();
    });
  }

  void Start(const Running& running) const {
    const int64_t parameters = running.member->student->parameters().parameter_count();
    const StageOutline plan{first_step_, options_.total_steps, parameters};
    Notify(*running.member, [&](Observer* observer, const StageId& id) { observer->StageStarted(id, plan); });
  }

  // Lets those leave who train no more, or all.
  absl::Status LetGo(bool all) {
    for (size_t i = 0; i < running_.size(); ++i) {
      Running& running = running_[i];
      if (running.left || (running.alive && !all)) continue;
      running.left = true;
      Finish(running);
      if (options_.left) RETORT_RETURN_IF_ERROR(options_.left(i, *running.result));
    }
    NoteDemands();
    return absl::OkStatus();
  }

  void Finish(const Running& running) const {
    MemberResult& result = *running.result;
    if (result.status.ok()) {
      const bool best = running.member->student->options().stage.keep().has_best() && result.progress.best_value;
      result.parameters = best ? running.best_parameters : running.member->student->parameters().flat();
    }
    Notify(*running.member, [&](Observer* observer, const StageId& id) { observer->StageEnded(id, result.status); });
  }

  // What a rank does by itself may fail on it alone, so that sums and agreements stand between such parts.
  absl::Status Step(int64_t step) {
    const std::string name = absl::StrCat("step ", step + 1);
    const absl::Time start = absl::Now();
    int64_t tokens = 0;
    std::vector<BatchMasks> masks;
    RETORT_RETURN_IF_ERROR(Agreed(TryTorch(name, [&] {
      const KeepOnStop keep([&] { KeepSteps(step); });
      const StepBatch batch = InPhase(kDataPhase, [&] { return options_.step_batch(step); });
      tokens = batch.tokens();
      return AddGradients(step + 1, batch, &masks);
    })));
    SumOverRanks();
    return Agreed(TryTorch(name, [&]() -> absl::Status {
      UpdateAll(step + 1, tokens, masks);
      launched_.tokens += tokens;
      launched_.seconds += absl::ToDoubleSeconds(absl::Now() - start);
      if (FetchIsDue(step + 1, tokens)) FetchResults();
      NoteWhoIsDue(tokens);
      RETORT_RETURN_IF_ERROR(EvaluateDue(step + 1));
      return ObserverStatus();
    }));
  }

  // `masks`: of all micro-batches. Cancelled if it is stopped in between; alone, since ranks would wait for each other.
  absl::Status AddGradients(int64_t step, const StepBatch& batch, std::vector<BatchMasks>* masks) {
    const std::vector<SequenceRange> slices =
        MicroBatches(static_cast<int64_t>(batch.sequences.size()), options_.micro_batches);
    for (const SequenceRange& slice : slices) masks->push_back(batch.Masks(slice.begin, slice.end));
    ForEachAlive([&](Running* running) { running->member->student->StartStep(*masks); });
    for (size_t i = options_.ranks->rank(); i < slices.size(); i += options_.ranks->size()) {
      if (options_.ranks->size() == 1 && Stopped()) return absl::CancelledError("stopped within a step");
      const auto slice = [&] { return batch.Slice(slices[i].begin, slices[i].end, options_.device); };
      AddMicroBatch(step, InPhase(kDataPhase, slice), static_cast<int>(i));
    }
    return absl::OkStatus();
  }

  // A member that failed on any rank ends on all of them.
  void SumOverRanks() {
    for (Running& running : running_) {
      if (!running.alive) continue;
      if (const absl::Status status = Agreed(running.failure); !status.ok()) {
        End(status, &running);
      } else {
        running.member->student->SumOverRanks(options_.ranks);
      }
    }
  }

  static void End(absl::Status status, Running* running) {
    running->alive = false;
    running->result->status = std::move(status);
  }

  void AddMicroBatch(int64_t step, const Batch& batch, int index) {
    const TeacherAnswers answers = RunTeacher(options_.teacher, {step - 1, index}, batch, demands_, options_.row_chunk);
    ForEachAlive([&](Running* running) {
      if (!running->failure.ok()) return;
      StudentTrainer& student = *running->member->student;
      const TeacherOutputs* teacher = AnswerFor(student.objective(), answers);
      const absl::Status status = TryTorch("gradient", [&] { return student.AddGradient(batch, index, teacher); });
      if (status.ok()) return;
      running->failure = WithWayOut(absl::Status(status.code(), absl::StrCat("step ", step, ": ", status.message())));
    });
  }

  // Calls work(&running) for all who are alive, `students_at_once` at a time.
  template <typename Work>
  void ForEachAlive(const Work& work) {
    SideBySide(options_.students_at_once, running_.size(), [&](size_t i) {
      if (running_[i].alive) work(&running_[i]);
    });
  }

  // `masks`: of the micro-batches of all ranks.
  void UpdateAll(int64_t step, int64_t tokens, const std::vector<BatchMasks>& masks) {
    ForEachAlive([&](Running* running) { running->member->student->Update(step); });
    for (Running& running : running_) {
      if (!running.alive) continue;
      const Objective& objective = running.member->student->objective();
      const auto flops = CountStepFlops(*running.member->encoder, options_.teacher.encoder, objective, masks);
      const Totals before = TotalsOf(running);
      running.launched.push_back({step, before.tokens + tokens, before.student_flops + flops.student,
                                  before.total_flops + (flops.student + flops.teacher)});
    }
  }

  bool FetchIsDue(int64_t step, int64_t step_tokens) const {
    if (step % options_.steps_per_fetch == 0 || step == options_.total_steps) return true;
    return std::any_of(running_.begin(), running_.end(), [&](const Running& running) {
      return running.alive && EvaluationIsDue(TotalsOf(running), step_tokens);
    });
  }

  // Learns the values of the steps that were launched, tells observers, and ends who has one that is not finite.
  void FetchResults() {
    const absl::Time start = absl::Now();
    ForEachAlive([&](Running* running) { running->updates = running->member->student->FetchResults(); });
    const double seconds = launched_.seconds + absl::ToDoubleSeconds(absl::Now() - start);
    for (Running& running : running_) {
      if (!running.alive) continue;
      for (size_t i = 0; i < running.updates.steps.size(); ++i) {
        NoteStep(running.launched[i], running.updates.steps[i], static_cast<double>(launched_.tokens) / seconds,
                 running);
      }
      running.launched.clear();
      if (!running.updates.status.ok()) End(running.updates.status, &running);
    }
    launched_ = {};
  }

  void NoteStep(const Totals& totals, const UpdateResult& update, double tokens_per_second,
                const Running& running) const {
    Progress& progress = running.result->progress;
    progress.step = totals.step;
    progress.tokens = totals.tokens;
    progress.student_flops = totals.student_flops;
    progress.total_flops = totals.total_flops;
    const StepRecord record = MakeStepRecord(running.member->student->objective(), progress, update, tokens_per_second);
    Notify(*running.member, [&](Observer* observer, const StageId& id) { observer->StepDone(id, record); });
  }

  bool EvaluationIsDue(const Totals& totals, int64_t step_tokens) const {
    if (options_.evaluate == nullptr) return false;
    if (totals.step == options_.total_steps) return true;
    if (options_.evaluate_every_steps > 0) return totals.step % options_.evaluate_every_steps == 0;
    const int64_t every = options_.evaluate_every_tokens;
    return totals.tokens / every > (totals.tokens - step_tokens) / every;
  }

  void NoteWhoIsDue(int64_t step_tokens) const {
    for (const Running& running : running_) {
      running.result->progress.evaluation_due = running.alive && EvaluationIsDue(TotalsOf(running), step_tokens);
    }
  }

  // After `step` steps.
  absl::Status EvaluateDue(int64_t step) {
    std::vector<Running*> due;
    std::vector<const CohortMember*> members;
    for (Running& running : running_) {
      if (!running.result->progress.evaluation_due) continue;
      due.push_back(&running);
      members.push_back(running.member);
    }
    if (due.empty()) return absl::OkStatus();
    std::vector<std::map<std::string, double>> metrics;
    {
      const KeepOnStop keep([&] { KeepSteps(step); });
      RETORT_ASSIGN_OR_RETURN(metrics, options_.evaluate(members));
    }
    for (size_t i = 0; i < due.size(); ++i) {
      RETORT_RETURN_IF_ERROR(Note(metrics[i], due[i]));
      Progress& progress = due[i]->result->progress;
      progress.evaluation_due = false;
      const EvaluationRecord record{progress.step,        progress.tokens, progress.student_flops,
                                    progress.total_flops, metrics[i],      progress.stopped_step > 0};
      Notify(*due[i]->member, [&](Observer* observer, const StageId& id) { observer->Evaluated(id, record); });
    }
    return absl::OkStatus();
  }

  // Keeps the parameters if they are the best so far; ends the training of a member that is out of patience. What was
  // there before the first step is no result of the training.
  absl::Status Note(const std::map<std::string, double>& metrics, Running* running) const {
    const Keep& keep = running->member->student->options().stage.keep();
    Progress& progress = running->result->progress;
    if (progress.step == 0) return absl::OkStatus();
    RETORT_ASSIGN_OR_RETURN(const bool best, NoteEvaluation(keep, options_.metrics, metrics, &progress));
    if (best) running->best_parameters = running->member->student->parameters().flat().clone();
    if (progress.step == options_.total_steps || !IsOutOfPatience(keep, progress)) return absl::OkStatus();
    progress.stopped_step = progress.step;
    running->alive = false;
    return absl::OkStatus();
  }

  const CohortOptions& options_;
  std::vector<Running> running_;
  TeacherDemands demands_;  // Of all who train on.
  int64_t first_step_ = 0;
  int64_t last_checkpoint_ = 0;
  absl::Time last_save_ = absl::Now();
  struct {
    int64_t tokens = 0;
    double seconds = 0;
  } launched_;  // Of the steps whose values are still to be fetched.
};

}  // namespace

absl::StatusOr<std::vector<MemberResult>> TrainCohort(const CohortOptions& options,
                                                      std::vector<CohortMember>* members) {
  std::vector<MemberResult> results(members->size());
  RETORT_RETURN_IF_ERROR(Training(options, members, &results).Run());
  return results;
}

}  // namespace retort
