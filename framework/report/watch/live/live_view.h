#ifndef RETORT_FRAMEWORK_REPORT_WATCH_LIVE_LIVE_VIEW_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_LIVE_LIVE_VIEW_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/terminal/terminal.h"
#include "framework/report/watch/live/live_runs.h"
#include "framework/train/observer.h"

namespace retort {

struct LiveViewOptions {
  ExpectedTraining expected;
  std::function<void(absl::string_view)> write;  // Required. Gets whole lines, flushed by it.
  std::function<TerminalSize()> size;            // Required. Asked before each picture, so that it follows a resize.
  bool colour = false;
  std::function<absl::Time()> now = absl::Now;
};

// Shows training on a terminal while it runs: a picture (frame.h) that is redrawn in place, at most 5 times per second.
// Thread-safe. The terminal belongs to the view until it is destroyed: what others print between redraws stays above
// it.
class LiveView final : public Observer {
 public:
  // REQUIRES: options.write and options.size are set.
  explicit LiveView(LiveViewOptions options);
  ~LiveView() override;  // Draws the last state.
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void StageStarted(const StageId& id, const StageOutline& plan) override;
  void StepDone(const StageId& id, const StepRecord& record) override;
  void Evaluated(const StageId& id, const EvaluationRecord& record) override;
  void StageEnded(const StageId& id, const absl::Status& status) override;

 private:
  void Redraw(bool at_once) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int LinesToGoUp(TerminalSize size) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const LiveViewOptions options_;
  absl::Mutex mutex_;
  LiveRuns runs_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_drawn_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::vector<int> on_screen_ ABSL_GUARDED_BY(mutex_);  // Widths of the lines of the last picture.
};

// Watches training for whoever reads this process's standard output: a LiveView on a terminal that can be redrawn, else
// the plain lines of PlainProgress.
std::unique_ptr<Observer> WatchOnStandardOutput(ExpectedTraining expected);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_LIVE_LIVE_VIEW_H_
