#include "framework/sweep/run/speed.h"

#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

std::string SpeedPath(const std::string& store_dir, c10::Device device) {
  return absl::StrCat(store_dir, "/flops_per_second_", device.is_cuda() ? "cuda" : "cpu", ".txt");
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

absl::StatusOr<std::optional<double>> LoadSpeed(const std::string& store_dir, c10::Device device) {
  const std::string path = SpeedPath(store_dir, device);
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  RETORT_RETURN_IF_ERROR(text.status());
  double speed = 0;
  if (absl::SimpleAtod(absl::StripSuffix(*text, "\n"), &speed) && std::isfinite(speed) && speed > 0) return speed;
  return absl::DataLossError(absl::StrCat(path, ": want a number > 0, got \"", *text, "\"; remove the file"));
}

absl::Status SaveSpeed(const std::string& store_dir, c10::Device device, double flops_per_second) {
  return AtomicWriteFile(SpeedPath(store_dir, device), absl::StrCat(flops_per_second, "\n"));
}

}  // namespace retort
