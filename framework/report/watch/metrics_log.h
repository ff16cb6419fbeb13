#ifndef RETORT_FRAMEWORK_REPORT_WATCH_METRICS_LOG_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_METRICS_LOG_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "framework/report/watch/stage_file.h"
#include "framework/train/observer.h"
#include "nlohmann/json.hpp"

namespace retort {

// The lines of a metrics.jsonl, from its beginning, that are whole and follow one another.
struct SoundLines {
  std::string text;
  std::string check;  // Of the last of them; empty: there is none.
  int64_t steps = 0;  // The step of the last of them: steps 1 to this one are all there.
};

// Reads lines up to those of step `last_step`, and stops at the first that is damaged, or that leaves steps out.
SoundLines ReadSoundLines(absl::string_view log, int64_t last_step = std::numeric_limits<int64_t>::max());

// Writes metrics.jsonl into a stage's folder: one JSON object per optimiser step,
//
//   {"step":1,"tokens":1024,"student_flops":...,"total_flops":...,"loss":13.2,
//    "terms":{"ce":{"weight":5,"value":2.1,"weighted":10.5,"count":150},...},
//    "gradient_norm":7.9,"clipped":true,"learning_rate":1e-4,"tokens_per_second":2100}
//
// and one per evaluation, {"step":20,"tokens":...,"metrics":{"masked_lm/cross_entropy":6.1}}, with
// "out_of_patience":true where training ends with it. NaN and infinities are "nan", "inf" and "-inf".
//
// The last field of a line is its seal (framework/json/sealed_json.h), made after that of the line before. Each line
// reaches the operating system at once, so that a killed process has logged all steps up to its last
// checkpoint. A stage that starts from step 0 begins its file anew; a resumed one first cuts away the lines of later
// steps, and a half-written last line, so that a log reads as if there had been no interruption.
//
// What goes wrong with files is kept in status(), and that stage's log ends.
// Thread-safe.
class MetricsLog final : public Observer {
 public:
  explicit MetricsLog(StageFolder folder);
  ~MetricsLog() override;
  MetricsLog(const MetricsLog&) = delete;
  MetricsLog& operator=(const MetricsLog&) = delete;

  void StageStarted(const StageId& id, const StageOutline& plan) override;
  void StepDone(const StageId& id, const StepRecord& record) override;
  void Evaluated(const StageId& id, const EvaluationRecord& record) override;
  void StageEnded(const StageId& id, const absl::Status& status) override;

  // The first error, with its path.
  absl::Status status() const override;

 private:
  struct Log : StageFile {
    std::string check;  // Of the last line.
  };

  absl::StatusOr<Log> Open(const std::string& folder, int64_t first_step);
  void Write(const StageId& id, nlohmann::ordered_json line);
  void Keep(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const StageFolder folder_;
  mutable absl::Mutex mutex_;
  std::map<StageOrder, Log> logs_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_METRICS_LOG_H_
