#include "framework/report/watch/live/plain_progress.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/report/analysis/format.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr absl::Duration kSilence = absl::Seconds(10);
constexpr size_t kMostNames = 4;
constexpr size_t kMostMetrics = 8;

int Tenths(const LiveRun& run) { return static_cast<int>(10 * run.progress() + 1e-9); }

void AddOnce(const std::string& item, std::vector<std::string>* items) {
  if (std::find(items->begin(), items->end(), item) == items->end()) items->push_back(item);
}

// "a, b and 3 more"
std::string Listed(std::vector<std::string> items, size_t most) {
  const size_t more = items.size() - std::min(items.size(), most);
  items.resize(items.size() - more);
  return absl::StrCat(absl::StrJoin(items, ", "), more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

// "base, no_ce; seeds 1, 2"
std::string Names(const std::vector<const LiveRun*>& runs) {
  std::vector<std::string> variants, seeds;
  for (const LiveRun* run : runs) {
    AddOnce(run->id.variant, &variants);
    AddOnce(absl::StrCat(run->id.seed), &seeds);
  }
  const char* word = seeds.size() > 1 ? "; seeds " : "; seed ";
  return absl::StrCat(Listed(std::move(variants), kMostNames), word, Listed(std::move(seeds), kMostNames));
}

// "4.30 M parameters", "4.30 M to 8.82 M parameters"
std::string Parameters(const std::vector<const LiveRun*>& runs) {
  const auto [least, most] = std::minmax_element(
      runs.begin(), runs.end(), [](const auto* a, const auto* b) { return a->plan.parameters < b->plan.parameters; });
  const std::string low = FormatCount(static_cast<double>((*least)->plan.parameters));
  const std::string high = FormatCount(static_cast<double>((*most)->plan.parameters));
  return absl::StrCat(low, low == high ? "" : absl::StrCat(" to ", high), " parameters");
}

// Of each variant the mean over its seeds: "base 4.31 nats, no_ce 4.40 nats".
std::string Metrics(const std::vector<const LiveRun*>& runs) {
  std::vector<std::string> variants, parts;
  for (const LiveRun* run : runs) AddOnce(run->id.variant, &variants);
  for (const std::string& variant : variants) {
    double sum = 0;
    int count = 0;
    for (const LiveRun* run : runs) {
      if (run->id.variant != variant || !run->metric) continue;
      sum += run->metric->value;
      ++count;
    }
    if (count > 0) {
      parts.push_back(absl::StrCat(variant, " ", MetricValue({runs.front()->metric->spec, sum / count})));
    }
  }
  return Listed(std::move(parts), kMostMetrics);
}

std::string Count(size_t runs) { return absl::StrCat(runs, runs == 1 ? " run" : " runs"); }

}  // namespace

PlainProgress::PlainProgress(PlainProgressOptions options) : options_(std::move(options)), runs_(options_.expected) {
  CHECK(options_.write);
}

PlainProgress::~PlainProgress() {
  absl::MutexLock lock(&mutex_);
  Flush();
}

void PlainProgress::StageStarted(const StageId& id, const StageOutline& plan) {
  absl::MutexLock lock(&mutex_);
  if (event_ != Event::kStart) Flush();  // Before the run's last stage is forgotten.
  Add(Event::kStart, plan.first_step, runs_.Start(id, plan, options_.now()));
}

void PlainProgress::StepDone(const StageId& id, const StepRecord& record) {
  absl::MutexLock lock(&mutex_);
  if (event_ != Event::kStep || step_ != record.step) Flush();  // Before the step before is forgotten.
  const size_t run = runs_.Step(id, record);
  Add(Event::kStep, record.step, run);
  LiveRun before = runs_.all()[run];
  before.last.step = record.step - 1;
  ends_tenth_ = Tenths(runs_.all()[run]) > Tenths(before);
}

void PlainProgress::Evaluated(const StageId& id, const EvaluationRecord& record) {
  absl::MutexLock lock(&mutex_);
  const size_t run = runs_.Evaluate(id, record, options_.now());
  Add(Event::kEvaluation, record.step, run);
  if (!record.out_of_patience) return;
  after_.push_back(absl::StrCat(RunName(id), ": ends at step ", record.step, ", out of patience (keep.best.patience)"));
}

void PlainProgress::StageEnded(const StageId& id, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (event_ != Event::kEnd) Flush();
  const size_t run = runs_.End(id, status);
  if (status.ok()) return Add(Event::kEnd, 0, run);
  time_ = options_.now();
  Write(absl::StrCat(RunName(id), " stopped: ", status.message()));
}

void PlainProgress::Add(Event event, int64_t step, size_t run) {
  if (event != event_ || step != step_ || runs_.all()[run].id.stage != runs_.all()[members_.front()].id.stage) Flush();
  event_ = event;
  step_ = step;
  time_ = options_.now();
  members_.push_back(run);
}

void PlainProgress::Flush() {
  if (event_ == Event::kNone) return;
  const std::string line = Describe();
  if (!line.empty()) {
    Write(absl::StrCat(runs_.all()[members_.front()].id.stage, ": ", line));
  } else if (time_ - last_written_ >= kSilence) {
    Write(SummaryLine(runs_, time_, std::numeric_limits<int>::max()));
  }
  for (const std::string& more : after_) Write(more);
  after_.clear();
  event_ = Event::kNone;
  members_.clear();
  ends_tenth_ = false;
}

std::string PlainProgress::Describe() const {
  switch (event_) {
    case Event::kStart:
      return DescribeStart();
    case Event::kStep:
      return ends_tenth_ ? DescribeStep() : "";
    case Event::kEvaluation:
      return DescribeEvaluation();
    case Event::kEnd:
      return DescribeEnd();
    case Event::kNone:
      break;
  }
  return "";
}

std::string PlainProgress::DescribeStart() const {
  std::vector<const LiveRun*> members;
  for (const size_t run : members_) members.push_back(&runs_.all()[run]);
  const StageOutline& plan = members.front()->plan;
  return absl::StrCat(Count(members.size()), " (", Names(members), "): ", plan.total_steps, " steps, ",
                      Parameters(members),
                      plan.first_step > 0 ? absl::StrCat(", going on after step ", plan.first_step) : "");
}

std::string PlainProgress::DescribeStep() const {
  const LiveRun& first = runs_.all()[members_.front()];
  const std::string terms = TermValues(first.last.terms);
  const double all_left = runs_.SecondsLeft(time_);
  return absl::StrCat(PercentDone(first.progress()), " of ", Count(members_.size()),
                      terms.empty() ? "" : absl::StrCat(", ", first.id.variant, ": ", terms), "; ",
                      FormatCount(first.last.tokens_per_second), " tokens/s, ",
                      FormatDuration(first.seconds_left(time_)), " left",
                      std::isfinite(all_left) ? absl::StrCat(", ", FormatDuration(all_left), " for all") : "");
}

std::string PlainProgress::DescribeEvaluation() const {
  std::vector<const LiveRun*> members;
  for (const size_t run : members_) {
    if (runs_.all()[run].metric) members.push_back(&runs_.all()[run]);
  }
  if (members.empty()) return "";
  return absl::StrCat("step ", step_, ": ", members.front()->metric->spec.label, " ", Metrics(members));
}

std::string PlainProgress::DescribeEnd() const {
  return absl::StrCat(Count(members_.size()), " done in ",
                      FormatDuration(absl::ToDoubleSeconds(time_ - runs_.all()[members_.front()].started)));
}

void PlainProgress::Write(const std::string& line) {
  last_written_ = time_;
  options_.write(absl::StrCat(line, "\n"));
}

}  // namespace retort
