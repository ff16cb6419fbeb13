#include "framework/report/watch/tensorboard/tensorboard.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/report/watch/tensorboard/tfrecord.h"
#include "glog/logging.h"

namespace retort {
namespace {

void AddScalar(const std::string& tag, double value, tensorboard::Event* event) {
  tensorboard::Summary::Value* scalar = event->mutable_summary()->add_value();
  scalar->set_tag(tag);
  scalar->set_simple_value(static_cast<float>(value));
}

}  // namespace

TensorboardLog::TensorboardLog(StageFolder folder, std::function<absl::Time()> now)
    : folder_(std::move(folder)), now_(std::move(now)) {
  CHECK(folder_);
}

TensorboardLog::~TensorboardLog() = default;

absl::StatusOr<TensorboardLog::Log> TensorboardLog::Open(const std::string& folder) const {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  // Readers go through files in the order of their names: a run resumed within the same second needs a later name.
  for (int n = 0;; ++n) {
    Log log;
    log.path = absl::StrFormat("%s/events.out.tfevents.%010d.%03d.retort", folder, absl::ToUnixSeconds(now_()), n);
    log.file.reset(std::fopen(log.path.c_str(), "wxe"));
    if (log.file != nullptr) return log;
    if (errno != EEXIST) {
      return absl::UnavailableError(absl::StrCat("cannot create ", log.path, ": ", std::strerror(errno)));
    }
  }
}

absl::Status TensorboardLog::Append(tensorboard::Event event, const Log& log) const {
  event.set_wall_time(absl::ToDoubleSeconds(now_() - absl::UnixEpoch()));
  const std::string record = FrameRecord(event.SerializeAsString());
  if (std::fwrite(record.data(), 1, record.size(), log.file.get()) != record.size() ||
      std::fflush(log.file.get()) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot write ", log.path, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

TensorboardLog::Log* TensorboardLog::Find(const StageId& id) {
  const auto found = logs_.find(OrderOf(id));
  return found == logs_.end() ? nullptr : &found->second;
}

void TensorboardLog::Keep(const StageId& id, const absl::Status& status) {
  if (status.ok()) return;
  logs_.erase(OrderOf(id));
  if (!status_.ok()) return;
  status_ = status;
  LOG(WARNING) << "TensorBoard events are not written any more: " << status.message();
}

void TensorboardLog::StageStarted(const StageId& id, const StageOutline& plan) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<Log> log = Open(folder_(id));
  if (!log.ok()) return Keep(id, log.status());
  logs_[OrderOf(id)] = *std::move(log);
  tensorboard::Event version;
  version.set_file_version("brain.Event:2");
  absl::Status status = Append(version, logs_[OrderOf(id)]);
  if (status.ok() && plan.first_step > 0) {
    tensorboard::Event resumed;
    resumed.set_step(plan.first_step + 1);
    resumed.mutable_session_log()->set_status(tensorboard::SessionLog::START);
    status = Append(resumed, logs_[OrderOf(id)]);
  }
  Keep(id, status);
}

void TensorboardLog::StepDone(const StageId& id, const StepRecord& record) {
  absl::MutexLock lock(&mutex_);
  Log* log = Find(id);
  if (log == nullptr) return;
  ++log->steps;
  log->clipped_steps += record.clipped;
  tensorboard::Event event;
  event.set_step(record.step);
  AddScalar("loss/total", record.loss, &event);
  for (const TermValue& term : record.terms) {
    AddScalar(absl::StrCat("loss/", term.name), term.value, &event);
    AddScalar(absl::StrCat("weighted_loss/", term.name), term.weight * term.value, &event);
  }
  AddScalar("gradient/norm", record.gradient_norm, &event);
  AddScalar("gradient/clipped_share", static_cast<double>(log->clipped_steps) / static_cast<double>(log->steps),
            &event);
  AddScalar("optimizer/learning_rate", record.learning_rate, &event);
  AddScalar("speed/tokens_per_second", record.tokens_per_second, &event);
  AddScalar("tokens", static_cast<double>(record.tokens), &event);
  Keep(id, Append(std::move(event), *log));
}

void TensorboardLog::Evaluated(const StageId& id, const EvaluationRecord& record) {
  absl::MutexLock lock(&mutex_);
  const Log* log = Find(id);
  if (log == nullptr) return;
  tensorboard::Event event;
  event.set_step(record.step);
  for (const auto& [metric, value] : record.metrics) AddScalar(absl::StrCat("eval/", metric), value, &event);
  Keep(id, Append(std::move(event), *log));
}

void TensorboardLog::StageEnded(const StageId& id, const absl::Status& /*status*/) {
  absl::MutexLock lock(&mutex_);
  logs_.erase(OrderOf(id));
}

absl::Status TensorboardLog::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace retort
