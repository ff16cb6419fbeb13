#include "framework/sweep/run/speed.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/json/json_number.h"
#include "framework/json/sealed_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using nlohmann::ordered_json;

constexpr size_t kMostSpeeds = 64;
constexpr double kSameShape = 0.1;   // Less apart: the same training, seen again.
constexpr double kAlikeShape = 0.7;  // Less apart: much the same speed.
constexpr double kFading = 0.9;

std::string SpeedPath(const std::string& store_dir, c10::Device device) {
  return absl::StrCat(store_dir, "/speeds_", device.is_cuda() ? "cuda" : "cpu", ".json");
}

// The numbers of a speed and their names in the file.
template <typename Speed>
std::vector<std::pair<const char*, decltype(&std::declval<Speed&>().flops_per_second)>> Numbers(Speed& speed) {
  return {{"flops_per_token", &speed.shape.flops_per_token},
          {"teacher_share", &speed.shape.teacher_share},
          {"tokens_per_step", &speed.shape.tokens_per_step},
          {"flops_per_second", &speed.flops_per_second}};
}

ordered_json SpeedToJson(const TrainingSpeed& speed) {
  ordered_json json = {{"threads", speed.threads}};
  for (const auto& [name, number] : Numbers(speed)) json[name] = NumberToJson(*number);
  return json;
}

std::optional<TrainingSpeed> SpeedFromJson(const ordered_json& json) {
  TrainingSpeed speed;
  if (!json.is_object() || !json.contains("threads") || !json["threads"].is_number_integer()) return std::nullopt;
  speed.threads = json["threads"].get<int>();
  for (const auto& [name, number] : Numbers(speed)) {
    const std::optional<double> read = json.contains(name) ? NumberFromJson(json[name]) : std::nullopt;
    if (!read || !std::isfinite(*read)) return std::nullopt;
    *number = *read;
  }
  const bool sound = speed.shape.flops_per_token > 0 && speed.shape.tokens_per_step > 0 && speed.flops_per_second > 0;
  return sound ? std::make_optional(speed) : std::nullopt;
}

}  // namespace

double Distance(const TrainingShape& a, const TrainingShape& b) {
  return std::abs(std::log(a.flops_per_token / b.flops_per_token)) +
         std::abs(std::log(a.tokens_per_step / b.tokens_per_step)) + std::abs(a.teacher_share - b.teacher_share);
}

void SpeedMeter::StepDone(const StageId& id, const StepRecord& record) {
  const StepRecord before = std::exchange(last_[{id.variant, id.seed, id.stage}], record);
  if (before.step == 0) return;
  Sum& sum = sums_[id.stage];
  const double tokens = static_cast<double>(record.tokens - before.tokens);
  if (record.step != step_ || record.tokens_per_second != tokens_per_second_) {
    step_ = record.step;
    tokens_per_second_ = record.tokens_per_second;
    teacher_flops_ = 0;
    sum.seconds += tokens / record.tokens_per_second;
    sum.tokens += tokens;
    ++sum.steps;
  }
  const double student = record.student_flops - before.student_flops;
  const double teacher = record.total_flops - before.total_flops - student;
  sum.flops += student;
  sum.student_flops += student;
  sum.student_tokens += tokens;
  if (teacher > teacher_flops_) sum.flops += teacher - std::exchange(teacher_flops_, teacher);
}

std::optional<double> SpeedMeter::flops_per_second() const {
  double flops = 0, seconds = 0;
  for (const auto& [stage, sum] : sums_) {
    flops += sum.flops;
    seconds += sum.seconds;
  }
  if (seconds <= 0) return std::nullopt;
  return flops / seconds;
}

std::vector<TrainingSpeed> SpeedMeter::Speeds(int threads) const {
  std::vector<TrainingSpeed> speeds;
  for (const auto& [stage, sum] : sums_) {
    if (sum.seconds <= 0 || sum.student_flops <= 0) continue;
    const TrainingShape shape{sum.student_flops / sum.student_tokens, 1 - sum.student_flops / sum.flops,
                              sum.tokens / static_cast<double>(sum.steps)};
    speeds.push_back({shape, threads, sum.flops / sum.seconds});
  }
  return speeds;
}

KnownSpeeds KnownSpeeds::Load(const std::string& store_dir, c10::Device device) {
  KnownSpeeds known;
  ordered_json json = ParseSealed(ReadFile(SpeedPath(store_dir, device)).value_or(""));
  if (Unseal(&json).empty() || !json.contains("trainings") || !json["trainings"].is_array()) return known;
  for (const ordered_json& item : json["trainings"]) {
    if (const std::optional<TrainingSpeed> speed = SpeedFromJson(item)) known.speeds_.push_back(*speed);
  }
  return known;
}

absl::Status KnownSpeeds::Save(const std::string& store_dir, c10::Device device) const {
  ordered_json json = {{"trainings", ordered_json::array()}};
  for (const TrainingSpeed& speed : speeds_) json["trainings"].push_back(SpeedToJson(speed));
  Seal(&json);
  return AtomicWriteFile(SpeedPath(store_dir, device), CompactText(json) + "\n");
}

void KnownSpeeds::Add(const TrainingSpeed& measured) {
  TrainingSpeed now = measured;
  const auto same = std::find_if(speeds_.begin(), speeds_.end(), [&](const TrainingSpeed& speed) {
    return speed.threads == now.threads && Distance(speed.shape, now.shape) < kSameShape;
  });
  if (same != speeds_.end()) {
    now.flops_per_second = std::max(now.flops_per_second, kFading * same->flops_per_second);
    speeds_.erase(same);
  } else if (speeds_.size() == kMostSpeeds) {
    speeds_.erase(speeds_.begin());
  }
  speeds_.push_back(now);
}

std::optional<double> KnownSpeeds::fastest() const {
  const auto slower = [](const auto& a, const auto& b) { return a.flops_per_second < b.flops_per_second; };
  const auto highest = std::max_element(speeds_.begin(), speeds_.end(), slower);
  return highest == speeds_.end() ? std::nullopt : std::make_optional(highest->flops_per_second);
}

std::optional<KnownSpeeds::Guess> KnownSpeeds::GuessFor(const TrainingShape& shape, int threads) const {
  const auto distance = [&](const TrainingSpeed& speed) {
    return std::make_pair(speed.threads != threads, Distance(speed.shape, shape));
  };
  const auto nearest = std::min_element(speeds_.begin(), speeds_.end(),
                                        [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (nearest == speeds_.end()) return std::nullopt;
  const auto [other_threads, far] = distance(*nearest);
  return Guess{nearest->flops_per_second, !other_threads && far < kAlikeShape};
}

}  // namespace retort
