#ifndef RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_TENSORBOARD_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_TENSORBOARD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "framework/report/watch/stage_file.h"
#include "framework/report/watch/tensorboard/event.pb.h"
#include "framework/train/observer.h"

namespace retort {

// Writes TensorBoard's event files, events.out.tfevents.<seconds>.<n>.retort in a stage's folder. Scalars per step:
//
//   loss/total, loss/<term> before weighting, weighted_loss/<term> after, gradient/norm, gradient/clipped_share of the
//   steps so far, optimizer/learning_rate, speed/tokens_per_second, tokens
//
// and eval/<metric> per evaluation. A resumed stage begins its file anew with the steps that metrics.jsonl beside it
// has (so that MetricsLog has to be told of the start first), and removes the files of before: there is one file, which
// says what that of an uninterrupted run says.
//
// What goes wrong with files is kept in status(), and that stage's events end.
// Thread-safe.
class TensorboardLog final : public Observer {
 public:
  // `folder` names the folder of a stage; it is made if it is not there. `now` stamps the events.
  explicit TensorboardLog(StageFolder folder, std::function<absl::Time()> now = absl::Now);
  ~TensorboardLog() override;
  TensorboardLog(const TensorboardLog&) = delete;
  TensorboardLog& operator=(const TensorboardLog&) = delete;

  void StageStarted(const StageId& id, const StageOutline& plan) override;
  void StepDone(const StageId& id, const StepRecord& record) override;
  void Evaluated(const StageId& id, const EvaluationRecord& record) override;
  void StageEnded(const StageId& id, const absl::Status& status) override;

  // The first error, with its path.
  absl::Status status() const override;

 private:
  struct Log : StageFile {
    int64_t steps = 0;
    int64_t clipped_steps = 0;
  };

  absl::StatusOr<Log> Open(const std::string& folder) const;
  absl::Status Begin(const std::string& folder, int64_t first_step, Log* log) const;
  // The event of what a stage did next.
  static tensorboard::Event Next(const StepRecord& record, Log* log);
  static tensorboard::Event Next(const EvaluationRecord& record, Log* log);
  double Now() const { return absl::ToDoubleSeconds(now_() - absl::UnixEpoch()); }
  Log* Find(const StageId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(const StageId& id, const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const StageFolder folder_;
  const std::function<absl::Time()> now_;
  mutable absl::Mutex mutex_;
  std::map<StageOrder, Log> logs_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_TENSORBOARD_TENSORBOARD_H_
