#include "framework/report/watch/live/live_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/format.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What is shown of an evaluation; none if it measured nothing.
std::optional<WatchedMetric> Choose(const EvaluationRecord& record, const ExpectedTraining& expected) {
  const auto place = [&](const std::string& name) {
    return name == expected.primary_metric ? -1 : MetricRank(expected.metrics, name);
  };
  const auto first = std::min_element(record.metrics.begin(), record.metrics.end(),
                                      [&](const auto& a, const auto& b) { return place(a.first) < place(b.first); });
  if (first == record.metrics.end()) return std::nullopt;
  return WatchedMetric{FindMetric(expected.metrics, first->first), first->second};
}

}  // namespace

double LiveRun::progress() const {
  if (ended && status.ok()) return 1;  // Also where patience ended it before its last step.
  if (plan.total_steps <= 0) return 0;
  return std::clamp(static_cast<double>(last.step) / static_cast<double>(plan.total_steps), 0.0, 1.0);
}

double LiveRun::seconds_left(absl::Time now) const {
  const double steps_done = static_cast<double>(last.step - plan.first_step);
  if (steps_done <= 0) return kNaN;
  return absl::ToDoubleSeconds(now - stepping) / steps_done * static_cast<double>(plan.total_steps - last.step);
}

LiveRuns::LiveRuns(ExpectedTraining expected) : expected_(std::move(expected)) {
  CHECK(expected_.work == 0 || expected_.work_of);
}

size_t LiveRuns::Find(const StageId& id) {
  const auto found = std::find_if(runs_.begin(), runs_.end(), [&](const LiveRun& run) {
    return run.id.variant == id.variant && run.id.seed == id.seed;
  });
  if (found != runs_.end()) return found - runs_.begin();
  runs_.emplace_back().id = id;
  return runs_.size() - 1;
}

double LiveRuns::WorkOf(const StageId& id) const { return expected_.work > 0 ? expected_.work_of(id) : 0; }

size_t LiveRuns::Start(const StageId& id, const StageOutline& plan, absl::Time now) {
  const size_t place = Find(id);
  LiveRun& run = runs_[place];
  run = {};
  run.id = id;
  run.plan = plan;
  run.started = run.stepping = now;
  run.last.step = plan.first_step;
  begun_ = std::min(begun_, now);
  work_before_ += WorkOf(id) * run.progress();
  return place;
}

size_t LiveRuns::Step(const StageId& id, const StepRecord& record) {
  const size_t place = Find(id);
  runs_[place].last = record;
  return place;
}

size_t LiveRuns::Evaluate(const StageId& id, const EvaluationRecord& record, absl::Time now) {
  const size_t place = Find(id);
  LiveRun& run = runs_[place];
  run.metric = Choose(record, expected_);
  if (record.step > run.plan.first_step) return place;
  run.stepping = now;
  if (WorkDone() <= work_before_) begun_ = now;
  return place;
}

size_t LiveRuns::End(const StageId& id, const absl::Status& status) {
  const size_t place = Find(id);
  runs_[place].ended = true;
  runs_[place].status = status;
  work_ended_ += WorkOf(id);
  return place;
}

double LiveRuns::WorkDone() const {
  double done = work_ended_;
  for (const LiveRun& run : runs_) done += run.ended ? 0 : WorkOf(run.id) * run.progress();
  return done;
}

double LiveRuns::SecondsLeft(absl::Time now) const {
  const double done = WorkDone();
  if (done <= work_before_) return kNaN;
  double left = absl::ToDoubleSeconds(now - begun_) / (done - work_before_) * std::max(0.0, expected_.work - done);
  for (const LiveRun& run : runs_) left = run.ended ? left : std::fmax(left, run.seconds_left(now));
  return left;
}

std::string RunName(const StageId& id) { return absl::StrCat(id.variant, " (seed ", id.seed, ") ", id.stage); }

std::string TermValues(const std::vector<TermValue>& terms) {
  return absl::StrJoin(terms, "  ", [](std::string* out, const TermValue& term) {
    const double size = std::abs(term.value);
    absl::StrAppend(out, term.name, " ", FormatFixed(term.value, size >= 100 ? 1 : (size >= 1 ? 2 : 4)));
  });
}

std::string MetricValue(const WatchedMetric& metric) {
  const MetricUnit& unit = metric.spec.unit;
  return absl::StrCat(FormatFixed(unit.scale * metric.value, 2), unit.value.empty() ? "" : " ", unit.value);
}

std::string PercentDone(double progress) {
  return absl::StrCat(static_cast<int>(std::floor(100 * progress + 1e-9)), " %");
}

std::string SummaryLine(const LiveRuns& runs, absl::Time now, int width) {
  int done = 0, stopped = 0;
  double tokens_per_second = 0, seconds_left = kNaN;
  for (const LiveRun& run : runs.all()) {
    if (run.ended) {
      ++(run.status.ok() ? done : stopped);
      continue;
    }
    tokens_per_second = std::max(tokens_per_second, run.last.tokens_per_second);
    const double left = run.seconds_left(now);
    if (!(left <= seconds_left)) seconds_left = left;
  }
  const int known = static_cast<int>(runs.all().size()), running = known - done - stopped;
  std::vector<std::string> parts = {absl::StrCat(done, " of ", std::max(runs.expected().runs, known), " runs done")};
  if (running > 0) parts.push_back(absl::StrCat(running, " running"));
  if (stopped > 0) parts.push_back(absl::StrCat(stopped, " stopped"));
  const size_t place_of_speed = parts.size();
  if (tokens_per_second > 0) parts.push_back(absl::StrCat(FormatCount(tokens_per_second), " tokens/s"));
  if (running > 0 && std::isfinite(seconds_left)) {
    parts.push_back(absl::StrCat(FormatDuration(seconds_left), " left for these"));
  }
  const double all_left = runs.SecondsLeft(now);
  if (std::isfinite(all_left) && all_left > 0) parts.push_back(absl::StrCat(FormatDuration(all_left), " for all"));
  const std::string line = absl::StrJoin(parts, " · ");
  if (tokens_per_second <= 0 || DisplayWidth(line) <= width) return line;
  parts.erase(parts.begin() + place_of_speed);
  return absl::StrJoin(parts, " · ");
}

}  // namespace retort
