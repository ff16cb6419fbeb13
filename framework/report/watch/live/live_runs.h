#ifndef RETORT_FRAMEWORK_REPORT_WATCH_LIVE_LIVE_RUNS_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_LIVE_LIVE_RUNS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/train/observer.h"

// What views of a running sweep know of it, and the words that they have in common.

namespace retort {

// A metric of a student, in its own unit.
struct WatchedMetric {
  MetricSpec spec;
  double value = 0;
};

// One variant with one seed: the stage it is in.
struct LiveRun {
  StageId id;
  StageOutline plan;
  absl::Time started;
  absl::Time stepping;                  // Since when it takes steps: an evaluation before the first one is over.
  StepRecord last;                      // last.step == plan.first_step before the first step.
  std::optional<WatchedMetric> metric;  // Of the latest evaluation.
  bool ended = false;
  absl::Status status;  // Of a stage that ended.

  double progress() const;                    // 0 to 1.
  double seconds_left(absl::Time now) const;  // NaN until there is a rate to go by.
};

// What a sweep is going to train.
struct ExpectedTraining {
  int runs = 0;                // Variants x seeds; 0: not known.
  MetricSpecs metrics;         // Of evaluations while training, in the order of the report.
  std::string primary_metric;  // The one that is shown, where it is measured; else the first of `metrics` that is.
  double work = 0;             // Of all stages to train, in any unit; 0: not known.
  std::function<double(const StageId&)> work_of;  // That of one of them. Required if `work` is known.
};

// The runs of a sweep in the order in which they started. A run is told by its variant and seed. One thread at a time.
class LiveRuns {
 public:
  explicit LiveRuns(ExpectedTraining expected);

  // Take an event of Observer, and return the place of its run.
  size_t Start(const StageId& id, const StageOutline& plan, absl::Time now);
  size_t Step(const StageId& id, const StepRecord& record);
  size_t Evaluate(const StageId& id, const EvaluationRecord& record, absl::Time now);
  size_t End(const StageId& id, const absl::Status& status);

  const std::vector<LiveRun>& all() const { return runs_; }
  const ExpectedTraining& expected() const { return expected_; }

  // Until all of the sweep is trained, at the rate of this process since its first step began, evaluations between
  // steps included, and no less than until the runs that are there end by their own rates; NaN if the work is not
  // known, or nothing is done.
  double SecondsLeft(absl::Time now) const;

 private:
  size_t Find(const StageId& id);
  double WorkOf(const StageId& id) const;
  double WorkDone() const;

  const ExpectedTraining expected_;
  std::vector<LiveRun> runs_;
  absl::Time begun_ = absl::InfiniteFuture();
  double work_before_ = 0;  // Done by earlier processes, of the stages that this one went on with.
  double work_ended_ = 0;   // Of stages that ended.
};

// "base (seed 1) distil"
std::string RunName(const StageId& id);

// "ce 1.10  cos 0.1234": values in their units, with three significant digits or so.
std::string TermValues(const std::vector<TermValue>& terms);

// "4.31 nats"
std::string MetricValue(const WatchedMetric& metric);

// "25 %", rounded down: 100 % means done.
std::string PercentDone(double progress);

// "3 of 24 runs done · 8 running · 2.14 k tokens/s · 1:00 left for these · 5:10 for all"; without the tokens where that
// takes more than `width` columns.
std::string SummaryLine(const LiveRuns& runs, absl::Time now, int width);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_LIVE_LIVE_RUNS_H_
