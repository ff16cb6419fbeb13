#ifndef RETORT_FRAMEWORK_REPORT_WATCH_LIVE_PLAIN_PROGRESS_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_LIVE_PLAIN_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/report/watch/live/live_runs.h"
#include "framework/train/observer.h"

namespace retort {

struct PlainProgressOptions {
  ExpectedTraining expected;
  std::function<void(absl::string_view)> write;  // Required. Gets a whole line, flushed by it.
  std::function<absl::Time()> now = absl::Now;
};

// Training as lines for pipes and log files. The runs of a cohort share them, since they are at the same step: a line
// when they start, at every tenth of their way, at evaluations, and when they end, and one for each that fails. Where
// nothing was said for 10 s, a line sums up all runs.
//
//   distil: 3 runs (base, no_ce, no_cos; seed 1): 300 steps, 4.30 M parameters
//   distil: 10 % of 3 runs, base: ce 1.50  cos 0.1234; 1.00 k tokens/s, 0:09 left
//   distil: step 60: cross-entropy base 4.31 nats, no_ce 4.40 nats, no_cos 4.29 nats
//   distil: 3 runs done in 0:13
//
// What happens to the members of a cohort arrives one by one, so that a line is written when the next thing happens.
// Thread-safe.
class PlainProgress final : public Observer {
 public:
  // REQUIRES: options.write is set.
  explicit PlainProgress(PlainProgressOptions options);
  ~PlainProgress() override;  // Writes the last line.
  PlainProgress(const PlainProgress&) = delete;
  PlainProgress& operator=(const PlainProgress&) = delete;

  void StageStarted(const StageId& id, const StageOutline& plan) override;
  void StepDone(const StageId& id, const StepRecord& record) override;
  void Evaluated(const StageId& id, const EvaluationRecord& record) override;
  void StageEnded(const StageId& id, const absl::Status& status) override;

 private:
  enum class Event { kNone, kStart, kStep, kEvaluation, kEnd };

  // Adds a run to those that the event has happened to, after writing what happened before.
  void Add(Event event, int64_t step, size_t run) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string Describe() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string DescribeStart() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string DescribeStep() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string DescribeEvaluation() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string DescribeEnd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write(const std::string& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const PlainProgressOptions options_;
  absl::Mutex mutex_;
  LiveRuns runs_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_written_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();

  // What was not written yet: the event, the runs that it happened to, when, whether a step ends a tenth, and lines to
  // write after it.
  Event event_ ABSL_GUARDED_BY(mutex_) = Event::kNone;
  int64_t step_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<size_t> members_ ABSL_GUARDED_BY(mutex_);
  absl::Time time_ ABSL_GUARDED_BY(mutex_);
  bool ends_tenth_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::string> after_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_LIVE_PLAIN_PROGRESS_H_
