#include "framework/report/watch/live_view.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/format.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr absl::Duration kRedrawInterval = absl::Milliseconds(200);
constexpr absl::Duration kSilence = absl::Seconds(10);
constexpr int kBarWidth = 16;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// One line of the view: a run, or the runs of one variant.
struct Line {
  std::string name, seed, state;
  double progress = 0;
  std::string terms;
  double tokens_per_second = 0;
  double seconds_left = kNaN;
};

std::string Bar(double progress) {
  const int eighths = static_cast<int>(std::lround(std::clamp(progress, 0.0, 1.0) * kBarWidth * 8));
  static constexpr const char* kPartial[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kPartial[eighths % 8];
  for (int i = eighths / 8 + (eighths % 8 != 0); i < kBarWidth; ++i) bar += "·";
  return bar;
}

std::string TermValues(const std::vector<TermValue>& terms) {
  std::vector<std::string> parts;
  for (const TermValue& term : terms) {
    const double size = std::abs(term.value);
    parts.push_back(absl::StrCat(term.name, " ", FormatFixed(term.value, size >= 100 ? 1 : (size >= 1 ? 2 : 4))));
  }
  return absl::StrJoin(parts, "  ");
}

std::string State(const LiveRun& run) {
  if (!run.ended) return run.id.stage;
  return run.status.ok() ? absl::StrCat(run.id.stage, " done") : "stopped";
}

Line LineOfRun(const LiveRun& run, absl::Time now) {
  std::string terms = run.evaluation.empty() ? "" : absl::StrCat(run.evaluation, "  ");
  return {run.id.variant,
          absl::StrCat("seed ", run.id.seed),
          State(run),
          run.progress(),
          terms + TermValues(run.last.terms),
          run.ended ? 0 : run.last.tokens_per_second,
          run.ended ? kNaN : run.seconds_left(now)};
}

// Means over the seeds of a variant.
Line LineOfVariant(const std::vector<const LiveRun*>& runs, absl::Time now) {
  Line line;
  line.name = runs.front()->id.variant;
  line.seed = absl::StrCat(runs.size(), runs.size() == 1 ? " seed" : " seeds");
  std::map<std::string, std::pair<double, int>> sums;
  std::vector<TermValue> means;  // In the order of the first run.
  int done = 0, stopped = 0;
  for (const LiveRun* run : runs) {
    line.progress += run->progress() / static_cast<double>(runs.size());
    if (run->ended) {
      ++(run->status.ok() ? done : stopped);
    } else {
      line.tokens_per_second = std::max(line.tokens_per_second, run->last.tokens_per_second);
      const double left = run->seconds_left(now);
      if (std::isnan(line.seconds_left) || left > line.seconds_left) line.seconds_left = left;
    }
    for (const TermValue& term : run->last.terms) {
      if (sums.count(term.name) == 0) means.push_back(term);
      sums[term.name].first += term.value;
      ++sums[term.name].second;
    }
  }
  for (TermValue& mean : means) mean.value = sums[mean.name].first / sums[mean.name].second;
  line.terms = TermValues(means);
  line.state = runs.back()->id.stage;
  if (done + stopped > 0) line.state = absl::StrCat(done, " done");
  if (stopped > 0) absl::StrAppend(&line.state, ", ", stopped, " stopped");
  return line;
}

std::vector<Line> Lines(const std::vector<LiveRun>& runs, int height, absl::Time now) {
  std::vector<Line> lines;
  if (static_cast<int>(runs.size()) <= height) {
    for (const LiveRun& run : runs) lines.push_back(LineOfRun(run, now));
    return lines;
  }
  std::vector<std::pair<std::string, std::vector<const LiveRun*>>> groups;
  for (const LiveRun& run : runs) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&run](const auto& candidate) { return candidate.first == run.id.variant; });
    if (group == groups.end()) group = groups.insert(groups.end(), {run.id.variant, {}});
    group->second.push_back(&run);
  }
  for (const auto& [variant, members] : groups) lines.push_back(LineOfVariant(members, now));
  return lines;
}

std::string SummaryLine(const std::vector<LiveRun>& runs, int expected_runs, absl::Time now) {
  int done = 0, stopped = 0;
  double tokens_per_second = 0, seconds_left = kNaN;
  for (const LiveRun& run : runs) {
    if (run.ended) {
      ++(run.status.ok() ? done : stopped);
      continue;
    }
    tokens_per_second = std::max(tokens_per_second, run.last.tokens_per_second);
    const double left = run.seconds_left(now);
    if (!(left <= seconds_left)) seconds_left = left;
  }
  const int running = static_cast<int>(runs.size()) - done - stopped;
  std::vector<std::string> parts = {
      absl::StrCat(done, " of ", std::max<int>(expected_runs, static_cast<int>(runs.size())), " runs done")};
  if (running > 0) parts.push_back(absl::StrCat(running, " running"));
  if (stopped > 0) parts.push_back(absl::StrCat(stopped, " stopped"));
  if (tokens_per_second > 0) parts.push_back(absl::StrCat(FormatCount(tokens_per_second), " tokens/s"));
  if (running > 0 && std::isfinite(seconds_left)) {
    parts.push_back(absl::StrCat(FormatDuration(seconds_left), " left for these"));
  }
  return absl::StrJoin(parts, " · ");
}

std::string Percent(double progress) {
  // Rounded down: 100 % means done.
  return absl::StrCat(static_cast<int>(std::floor(100 * progress + 1e-9)), " %");
}

std::string RunName(const StageId& id) { return absl::StrCat(id.variant, " (seed ", id.seed, ") ", id.stage); }

}  // namespace

double LiveRun::progress() const {
  if (ended && status.ok()) return 1;  // Also where patience ended it before its last step.
  if (plan.total_steps <= 0) return 0;
  return std::clamp(static_cast<double>(last.step) / static_cast<double>(plan.total_steps), 0.0, 1.0);
}

double LiveRun::seconds_left(absl::Time now) const {
  const double steps_done = static_cast<double>(last.step - plan.first_step);
  if (steps_done <= 0) return kNaN;
  return absl::ToDoubleSeconds(now - started) / steps_done * static_cast<double>(plan.total_steps - last.step);
}

std::vector<std::string> RenderLiveView(const std::vector<LiveRun>& runs, int expected_runs, int width, int height,
                                        absl::Time now) {
  std::vector<std::string> text = {Truncate(SummaryLine(runs, expected_runs, now), width)};
  const std::vector<Line> lines = Lines(runs, height, now);
  int name_width = 0, seed_width = 0, state_width = 0;
  for (const Line& line : lines) {
    name_width = std::max(name_width, DisplayWidth(line.name));
    seed_width = std::max(seed_width, DisplayWidth(line.seed));
    state_width = std::max(state_width, DisplayWidth(line.state));
  }
  name_width = std::min(name_width, std::max(10, width / 4));
  for (const Line& line : lines) {
    const std::string left = absl::StrCat(PadRight(Truncate(line.name, name_width), name_width), "  ",
                                          PadRight(line.seed, seed_width), "  ", PadRight(line.state, state_width),
                                          "  ", Bar(line.progress), " ", PadLeft(Percent(line.progress), 5));
    const std::string speed =
        line.tokens_per_second > 0 ? absl::StrCat(FormatCount(line.tokens_per_second), " tok/s") : "";
    const std::string time =
        std::isnan(line.seconds_left) ? "" : absl::StrCat(FormatDuration(line.seconds_left), " left");
    const std::string right = absl::StrCat(PadLeft(speed, 12), "  ", PadLeft(time, 12));
    const int room = width - DisplayWidth(left) - DisplayWidth(right) - 2;
    text.push_back(room > 8 ? absl::StrCat(left, "  ", PadRight(Truncate(line.terms, room), room), right)
                            : Truncate(absl::StrCat(left, "  ", time), width));
    while (!text.back().empty() && text.back().back() == ' ') text.back().pop_back();
  }
  for (const LiveRun& run : runs) {
    if (run.ended && !run.status.ok()) {
      text.push_back(Truncate(absl::StrCat(RunName(run.id), " stopped: ", run.status.message()), width));
    }
  }
  return text;
}

LiveViewOptions LiveViewOnStandardOutput(int expected_runs, MetricSpecs metrics) {
  LiveViewOptions options;
  options.expected_runs = expected_runs;
  options.metrics = std::move(metrics);
  options.write = [](absl::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };
  winsize size{};
  options.terminal = ::isatty(STDOUT_FILENO) == 1;
  if (options.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    options.width = size.ws_col;
    options.height = size.ws_row;
  }
  return options;
}

LiveView::LiveView(LiveViewOptions options) : options_(std::move(options)) { CHECK(options_.write); }

LiveView::~LiveView() {
  absl::MutexLock lock(&mutex_);
  if (options_.terminal && !runs_.empty()) Redraw(/*at_once=*/true);
}

LiveRun& LiveView::Find(const StageId& id) {
  for (LiveRun& run : runs_) {
    if (run.id.variant == id.variant && run.id.seed == id.seed) return run;
  }
  runs_.push_back({});
  runs_.back().id = id;
  return runs_.back();
}

void LiveView::StageStarted(const StageId& id, const StageOutline& plan) {
  absl::MutexLock lock(&mutex_);
  LiveRun& run = Find(id);
  run = {};
  run.id = id;
  run.plan = plan;
  run.started = options_.now();
  run.last.step = plan.first_step;
  if (options_.terminal) return Redraw(false);
  Log(absl::StrCat(RunName(id), ": ", plan.total_steps, " steps, ", FormatCount(static_cast<double>(plan.parameters)),
                   " parameters", plan.first_step > 0 ? absl::StrCat(", going on after step ", plan.first_step) : ""));
}

void LiveView::StepDone(const StageId& id, const StepRecord& record) {
  absl::MutexLock lock(&mutex_);
  LiveRun& run = Find(id);
  const int tenths_before = static_cast<int>(10 * run.progress() + 1e-9);
  run.last = record;
  if (options_.terminal) return Redraw(false);
  const absl::Time now = options_.now();
  if (static_cast<int>(10 * run.progress() + 1e-9) > tenths_before) {
    Log(absl::StrCat(RunName(id), ": ", Percent(run.progress()), "  ", TermValues(record.terms), "  ",
                     FormatCount(record.tokens_per_second), " tokens/s  ", FormatDuration(run.seconds_left(now)),
                     " left"));
  } else if (now - last_output_ >= kSilence) {
    Log(SummaryLine(runs_, options_.expected_runs, now));
  }
}

void LiveView::Evaluated(const StageId& id, const EvaluationRecord& record) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> parts;
  for (const auto& [metric, value] : record.metrics) {
    const MetricSpec spec = FindMetric(options_.metrics, metric);
    parts.push_back(absl::StrCat(spec.label, " ", FormatFixed(spec.unit.scale * value, 2),
                                 spec.unit.value.empty() ? "" : " ", spec.unit.value));
  }
  Find(id).evaluation = parts.empty() ? "" : parts.front();
  if (options_.terminal) return Redraw(false);
  Log(absl::StrCat(RunName(id), ": evaluated at step ", record.step, ": ", absl::StrJoin(parts, ", "),
                   record.out_of_patience ? "; training ends here, out of patience (keep.best.patience)" : ""));
}

void LiveView::StageEnded(const StageId& id, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  LiveRun& run = Find(id);
  run.ended = true;
  run.status = status;
  if (options_.terminal) return Redraw(/*at_once=*/true);
  const std::string took = FormatDuration(absl::ToDoubleSeconds(options_.now() - run.started));
  Log(absl::StrCat(RunName(id),
                   status.ok() ? absl::StrCat(" done in ", took) : absl::StrCat(" stopped: ", status.message())));
}

void LiveView::Log(const std::string& line) {
  last_output_ = options_.now();
  options_.write(absl::StrCat(line, "\n"));
}

void LiveView::Redraw(bool at_once) {
  const absl::Time now = options_.now();
  if (!at_once && now - last_output_ < kRedrawInterval) return;
  last_output_ = now;
  // The last line of the terminal stays free for the cursor, the first one of the view is the summary.
  const std::vector<std::string> lines =
      RenderLiveView(runs_, options_.expected_runs, options_.width, std::max(1, options_.height - 3), now);
  std::string text = lines_on_screen_ > 0 ? absl::StrCat("\x1b[", lines_on_screen_, "A\r") : "";
  // More lines than the terminal has would scroll and could not be redrawn.
  const int shown = std::min<int>(static_cast<int>(lines.size()), std::max(1, options_.height - 1));
  for (int i = 0; i < shown; ++i) absl::StrAppend(&text, lines[i], "\x1b[K\n");
  absl::StrAppend(&text, "\x1b[J");
  lines_on_screen_ = shown;
  options_.write(text);
}

}  // namespace retort
