#ifndef RETORT_FRAMEWORK_REPORT_WATCH_LIVE_VIEW_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_LIVE_VIEW_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/train/observer.h"

namespace retort {

// What the live view knows of one variant with one seed: the stage it is in.
struct LiveRun {
  StageId id;
  StageOutline plan;
  absl::Time started;
  StepRecord last;         // last.step == plan.first_step before the first step.
  std::string evaluation;  // "cross-entropy 4.31", of the latest evaluation.
  bool ended = false;
  absl::Status status;  // Of a stage that ended.

  double progress() const;                    // 0 to 1.
  double seconds_left(absl::Time now) const;  // NaN until there is a rate to go by.
};

// The live view as lines of at most `width` columns: a summary, then one line per run with progress bar, loss terms,
// tokens per second and time left; one line per variant, with means over its seeds, where the runs would take more than
// `height` lines; failures are named in full below. `expected_runs` is 0 if unknown. Pure function.
std::vector<std::string> RenderLiveView(const std::vector<LiveRun>& runs, int expected_runs, int width, int height,
                                        absl::Time now);

struct LiveViewOptions {
  bool terminal = false;  // Redraws in place; else plain lines for log files.
  int width = 100;        // Columns and lines of the terminal.
  int height = 24;
  int expected_runs = 0;                         // Variants x seeds, if known.
  MetricSpecs metrics;                           // Of evaluations while training.
  std::function<void(absl::string_view)> write;  // Required. Gets whole lines, flushed by it.
  std::function<absl::Time()> now = absl::Now;
};

// Options for this process's standard output: a terminal of its present size, or plain lines.
LiveViewOptions LiveViewOnStandardOutput(int expected_runs, MetricSpecs metrics);

// Shows training while it runs. On a terminal the lines are redrawn at most 5 times per second. Elsewhere a run gives a
// line when it starts, at every tenth of its way, at evaluations, and when it ends; and where nothing was said for 10
// s, one line sums up all runs. Thread-safe. The terminal belongs to the view until it is destroyed: what others print
// between redraws stays above it.
class LiveView final : public Observer {
 public:
  // REQUIRES: options.write is set.
  explicit LiveView(LiveViewOptions options);
  ~LiveView() override;  // Draws the last state.
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void StageStarted(const StageId& id, const StageOutline& plan) override;
  void StepDone(const StageId& id, const StepRecord& record) override;
  void Evaluated(const StageId& id, const EvaluationRecord& record) override;
  void StageEnded(const StageId& id, const absl::Status& status) override;

 private:
  LiveRun& Find(const StageId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Redraw(bool at_once) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Log(const std::string& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const LiveViewOptions options_;
  absl::Mutex mutex_;
  std::vector<LiveRun> runs_ ABSL_GUARDED_BY(mutex_);  // In the order in which they started.
  absl::Time last_output_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int lines_on_screen_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_LIVE_VIEW_H_
