#include "framework/report/watch/tensorboard/tensorboard.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/report/watch/metrics_lines.h"
#include "framework/report/watch/metrics_log.h"
#include "framework/report/watch/tensorboard/tfrecord.h"
#include "glog/logging.h"

namespace retort {
namespace {

void AddScalar(const std::string& tag, double value, tensorboard::Event* event) {
  tensorboard::Summary::Value* scalar = event->mutable_summary()->add_value();
  scalar->set_tag(tag);
  scalar->set_simple_value(static_cast<float>(value));
}

tensorboard::Event EventOf(const EvaluationRecord& record) {
  tensorboard::Event event;
  event.set_step(record.step);
  for (const auto& [metric, value] : record.metrics) AddScalar(absl::StrCat("eval/", metric), value, &event);
  return event;
}

tensorboard::Event EventOf(const StepRecord& record, double clipped_share) {
  tensorboard::Event event;
  event.set_step(record.step);
  AddScalar("loss/total", record.loss, &event);
  for (const TermValue& term : record.terms) {
    AddScalar(absl::StrCat("loss/", term.name), term.value, &event);
    AddScalar(absl::StrCat("weighted_loss/", term.name), term.weight * term.value, &event);
  }
  AddScalar("gradient/norm", record.gradient_norm, &event);
  AddScalar("gradient/clipped_share", clipped_share, &event);
  AddScalar("optimizer/learning_rate", record.learning_rate, &event);
  AddScalar("speed/tokens_per_second", record.tokens_per_second, &event);
  AddScalar("tokens", static_cast<double>(record.tokens), &event);
  return event;
}

absl::Status Append(tensorboard::Event event, double wall_time, const StageFile& log) {
  event.set_wall_time(wall_time);
  const std::string record = FrameRecord(event.SerializeAsString());
  if (std::fwrite(record.data(), 1, record.size(), log.file.get()) != record.size() ||
      std::fflush(log.file.get()) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot write ", log.path, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

// The event files in a stage's folder, but for one.
std::vector<std::string> EventFiles(const std::string& folder, const std::string& but) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string path = absl::StrCat(folder, "/", entry->path().filename().string());
    if (absl::StrContains(path, "/events.out.tfevents.") && path != but) files.push_back(path);
  }
  return files;
}

// When steps were done, as far as these files know.
std::map<int64_t, double> WallTimes(const std::vector<std::string>& files) {
  std::map<int64_t, double> times;
  for (const std::string& path : files) {
    for (const std::string& record : SoundRecords(ReadFile(path).value_or(""))) {
      tensorboard::Event event;
      if (event.ParseFromString(record)) times.emplace(event.step(), event.wall_time());
    }
  }
  return times;
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

absl::Status TensorboardLog::Begin(const std::string& folder, int64_t first_step, Log* log) const {
  tensorboard::Event version;
  version.set_file_version("brain.Event:2");
  RETORT_RETURN_IF_ERROR(Append(version, Now(), *log));
  const std::vector<std::string> earlier = EventFiles(folder, log->path);
  if (first_step > 0) {
    const std::map<int64_t, double> times = WallTimes(earlier);
    RETORT_ASSIGN_OR_RETURN(const std::string metrics, ReadFile(folder + "/metrics.jsonl"));
    RETORT_ASSIGN_OR_RETURN(const auto records, ParseMetricsLines(ReadSoundLines(metrics, first_step).text));
    for (const MetricsRecord& record : records) {
      const tensorboard::Event event = std::visit([&](const auto& of_kind) { return Next(of_kind, log); }, record);
      const auto time = times.find(event.step());
      RETORT_RETURN_IF_ERROR(Append(event, time == times.end() ? Now() : time->second, *log));
    }
  }
  std::error_code ignored;
  for (const std::string& path : earlier) std::filesystem::remove_all(path, ignored);
  return absl::OkStatus();
}

tensorboard::Event TensorboardLog::Next(const StepRecord& record, Log* log) {
  ++log->steps;
  log->clipped_steps += record.clipped;
  return EventOf(record, static_cast<double>(log->clipped_steps) / static_cast<double>(log->steps));
}

tensorboard::Event TensorboardLog::Next(const EvaluationRecord& record, Log* /*log*/) { return EventOf(record); }

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
  const std::string folder = folder_(id);
  absl::StatusOr<Log> log = Open(folder);
  if (!log.ok()) return Keep(id, log.status());
  logs_[OrderOf(id)] = *std::move(log);
  Keep(id, Begin(folder, plan.first_step, &logs_[OrderOf(id)]));
}

void TensorboardLog::StepDone(const StageId& id, const StepRecord& record) {
  absl::MutexLock lock(&mutex_);
  Log* log = Find(id);
  if (log != nullptr) Keep(id, Append(Next(record, log), Now(), *log));
}

void TensorboardLog::Evaluated(const StageId& id, const EvaluationRecord& record) {
  absl::MutexLock lock(&mutex_);
  Log* log = Find(id);
  if (log != nullptr) Keep(id, Append(Next(record, log), Now(), *log));
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
