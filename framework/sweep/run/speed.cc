#include "framework/sweep/run/speed.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/json/json_number.h"
#include "framework/json/sealed_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

constexpr char kSpeed[] = "flops_per_second";

std::string SpeedPath(const std::string& store_dir, c10::Device device) {
  return absl::StrCat(store_dir, "/flops_per_second_", device.is_cuda() ? "cuda" : "cpu", ".json");
}

}  // namespace

void SpeedMeter::StepDone(const StageId& id, const StepRecord& record) {
  const StepRecord before = std::exchange(last_[{id.variant, id.seed, id.stage}], record);
  if (before.step == 0) return;
  if (record.step != step_ || record.tokens_per_second != tokens_per_second_) {
    step_ = record.step;
    tokens_per_second_ = record.tokens_per_second;
    teacher_flops_ = 0;
    seconds_ += static_cast<double>(record.tokens - before.tokens) / record.tokens_per_second;
  }
  const double student = record.student_flops - before.student_flops;
  const double teacher = record.total_flops - before.total_flops - student;
  flops_ += student;
  if (teacher > teacher_flops_) flops_ += teacher - std::exchange(teacher_flops_, teacher);
}

std::optional<double> SpeedMeter::flops_per_second() const {
  if (seconds_ <= 0) return std::nullopt;
  return flops_ / seconds_;
}

std::optional<double> LoadSpeed(const std::string& store_dir, c10::Device device) {
  nlohmann::ordered_json json = ParseSealed(ReadFile(SpeedPath(store_dir, device)).value_or(""));
  if (Unseal(&json).empty() || !json.contains(kSpeed)) return std::nullopt;
  return NumberFromJson(json[kSpeed]);
}

absl::Status SaveSpeed(const std::string& store_dir, c10::Device device, double flops_per_second) {
  nlohmann::ordered_json json = {{kSpeed, NumberToJson(flops_per_second)}};
  Seal(&json);
  return AtomicWriteFile(SpeedPath(store_dir, device), CompactText(json) + "\n");
}

}  // namespace retort
