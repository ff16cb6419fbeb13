#include "framework/report/watch/metrics_log.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_number.h"
#include "framework/json/sealed_json.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

template <typename Record>
Json Places(const Record& record) {
  return {{"step", record.step},
          {"tokens", record.tokens},
          {"student_flops", NumberToJson(record.student_flops)},
          {"total_flops", NumberToJson(record.total_flops)}};
}

}  // namespace

SoundLines ReadSoundLines(absl::string_view log, int64_t last_step) {
  SoundLines sound;
  while (true) {
    const size_t end = log.find('\n');
    if (end == absl::string_view::npos) return sound;
    const absl::string_view line = log.substr(0, end + 1);
    log.remove_prefix(end + 1);
    Json json = ParseSealed(line);
    const std::string check = Unseal(&json, sound.check);
    if (check.empty() || !json.contains("step") || !json["step"].is_number_integer()) return sound;
    const int64_t step = json["step"].get<int64_t>();
    if (step > last_step || step > sound.steps + 1) return sound;
    sound.steps = step;
    sound.check = check;
    absl::StrAppend(&sound.text, line);
  }
}

MetricsLog::MetricsLog(StageFolder folder) : folder_(std::move(folder)) { CHECK(folder_); }

MetricsLog::~MetricsLog() = default;

absl::StatusOr<MetricsLog::Log> MetricsLog::Open(const std::string& folder, int64_t first_step) {
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  Log log;
  log.path = absl::StrCat(folder, "/metrics.jsonl");
  SoundLines kept;
  if (first_step > 0) {
    const absl::StatusOr<std::string> before = ReadFile(log.path);
    if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
    if (before.ok()) kept = ReadSoundLines(*before, first_step);
  }
  RETORT_RETURN_IF_ERROR(AtomicWriteFile(log.path, kept.text));
  log.check = kept.check;
  log.file.reset(std::fopen(log.path.c_str(), "ae"));
  if (log.file == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot open ", log.path, ": ", std::strerror(errno)));
  }
  return log;
}

void MetricsLog::Keep(const absl::Status& status) {
  if (!status_.ok()) return;
  status_ = status;
  LOG(WARNING) << "Metrics are not logged any more: " << status.message();
}

void MetricsLog::StageStarted(const StageId& id, const StageOutline& plan) {
  absl::MutexLock lock(&mutex_);
  logs_.erase(OrderOf(id));
  absl::StatusOr<Log> log = Open(folder_(id), plan.first_step);
  if (log.ok()) {
    logs_.emplace(OrderOf(id), *std::move(log));
  } else {
    Keep(log.status());
  }
}

void MetricsLog::Write(const StageId& id, Json json) {
  absl::MutexLock lock(&mutex_);
  const auto found = logs_.find(OrderOf(id));
  if (found == logs_.end()) return;
  Seal(&json, found->second.check);
  found->second.check = json["check"].get<std::string>();
  const std::string line = CompactText(json) + "\n";
  std::FILE* file = found->second.file.get();
  if (std::fwrite(line.data(), 1, line.size(), file) != line.size() || std::fflush(file) != 0) {
    Keep(absl::ResourceExhaustedError(absl::StrCat("cannot write ", found->second.path, ": ", std::strerror(errno))));
    logs_.erase(found);
  }
}

void MetricsLog::StepDone(const StageId& id, const StepRecord& record) {
  Json json = Places(record);
  json["loss"] = NumberToJson(record.loss);
  json["terms"] = Json::object();
  for (const TermValue& term : record.terms) {
    json["terms"][term.name] = {{"weight", NumberToJson(term.weight)},
                                {"value", NumberToJson(term.value)},
                                {"weighted", NumberToJson(term.weight * term.value)},
                                {"count", NumberToJson(term.count)}};
  }
  json["gradient_norm"] = NumberToJson(record.gradient_norm);
  json["clipped"] = record.clipped;
  json["learning_rate"] = NumberToJson(record.learning_rate);
  json["tokens_per_second"] = NumberToJson(record.tokens_per_second);
  Write(id, std::move(json));
}

void MetricsLog::Evaluated(const StageId& id, const EvaluationRecord& record) {
  Json json = Places(record);
  json["metrics"] = Json::object();
  for (const auto& [name, value] : record.metrics) json["metrics"][name] = NumberToJson(value);
  if (record.out_of_patience) json["out_of_patience"] = true;
  Write(id, std::move(json));
}

void MetricsLog::StageEnded(const StageId& id, const absl::Status& /*status*/) {
  absl::MutexLock lock(&mutex_);
  logs_.erase(OrderOf(id));
}

absl::Status MetricsLog::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace retort
