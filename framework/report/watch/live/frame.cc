#include "framework/report/watch/live/frame.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/format.h"

namespace retort {
namespace {

constexpr char kHint[] = "Ctrl-C stops here and keeps what is done; the same command goes on from there";
constexpr int kBarWidth = 16;
constexpr int kWidthForBars = 100;  // Less wide terminals have the numbers alone.
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A run, or the runs of one variant.
struct Row {
  std::string name, seed, state;
  double progress = 0;
  std::string values;  // The most important first.
  double tokens_per_second = 0;
  double seconds_left = kNaN;
  bool is_done = false;
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

std::string State(const LiveRun& run) {
  if (!run.ended) return run.id.stage;
  return run.status.ok() ? absl::StrCat(run.id.stage, " done") : "stopped";
}

std::string Values(const std::optional<WatchedMetric>& metric, const std::vector<TermValue>& terms) {
  if (!metric) return TermValues(terms);
  return absl::StrCat(metric->spec.label, " ", MetricValue(*metric), "  ", TermValues(terms));
}

Row RowOfRun(const LiveRun& run, absl::Time now) {
  return {run.id.variant,
          absl::StrCat("seed ", run.id.seed),
          State(run),
          run.progress(),
          Values(run.metric, run.last.terms),
          run.ended ? 0 : run.last.tokens_per_second,
          run.ended ? kNaN : run.seconds_left(now),
          run.ended && run.status.ok()};
}

// In the order of the first run; of each the mean over the runs that have it.
std::vector<TermValue> MeanTerms(const std::vector<const LiveRun*>& runs) {
  std::map<std::string, std::pair<double, int>> sums;
  std::vector<TermValue> means;
  for (const LiveRun* run : runs) {
    for (const TermValue& term : run->last.terms) {
      if (sums.count(term.name) == 0) means.push_back(term);
      sums[term.name].first += term.value;
      ++sums[term.name].second;
    }
  }
  for (TermValue& mean : means) mean.value = sums[mean.name].first / sums[mean.name].second;
  return means;
}

// Over the runs that have the metric of the first one that has any.
std::optional<WatchedMetric> MeanMetric(const std::vector<const LiveRun*>& runs) {
  std::optional<WatchedMetric> mean;
  int count = 0;
  for (const LiveRun* run : runs) {
    if (!run->metric || (mean && run->metric->spec.name != mean->spec.name)) continue;
    if (!mean) mean = WatchedMetric{run->metric->spec, 0};
    mean->value += run->metric->value;
    ++count;
  }
  if (mean) mean->value /= count;
  return mean;
}

Row RowOfVariant(const std::vector<const LiveRun*>& runs, absl::Time now) {
  Row row;
  row.name = runs.front()->id.variant;
  row.seed = absl::StrCat(runs.size(), runs.size() == 1 ? " seed" : " seeds");
  int done = 0, stopped = 0;
  for (const LiveRun* run : runs) {
    row.progress += run->progress() / static_cast<double>(runs.size());
    if (run->ended) {
      ++(run->status.ok() ? done : stopped);
      continue;
    }
    row.tokens_per_second = std::max(row.tokens_per_second, run->last.tokens_per_second);
    const double left = run->seconds_left(now);
    if (std::isnan(row.seconds_left) || left > row.seconds_left) row.seconds_left = left;
  }
  row.values = Values(MeanMetric(runs), MeanTerms(runs));
  row.state = runs.back()->id.stage;
  if (done + stopped > 0) row.state = absl::StrCat(done, " done");
  if (stopped > 0) absl::StrAppend(&row.state, ", ", stopped, " stopped");
  row.is_done = done == static_cast<int>(runs.size());
  return row;
}

std::vector<Row> Rows(const std::vector<LiveRun>& runs, int most, absl::Time now) {
  std::vector<Row> rows;
  if (static_cast<int>(runs.size()) <= most) {
    for (const LiveRun& run : runs) rows.push_back(RowOfRun(run, now));
    return rows;
  }
  std::vector<std::pair<std::string, std::vector<const LiveRun*>>> groups;
  for (const LiveRun& run : runs) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&run](const auto& candidate) { return candidate.first == run.id.variant; });
    if (group == groups.end()) group = groups.insert(groups.end(), {run.id.variant, {}});
    group->second.push_back(&run);
  }
  for (const auto& [variant, members] : groups) rows.push_back(RowOfVariant(members, now));
  return rows;
}

// Widths of the columns before the values.
struct Columns {
  int name = 0, seed = 0, state = 0;
};

std::string TimeLeft(const Row& row) {
  return std::isnan(row.seconds_left) ? "" : absl::StrCat(FormatDuration(row.seconds_left), " left");
}

Columns ColumnsOf(const std::vector<Row>& rows, int width) {
  Columns columns;
  for (const Row& row : rows) {
    columns.name = std::max(columns.name, DisplayWidth(row.name));
    columns.seed = std::max(columns.seed, DisplayWidth(row.seed));
    columns.state = std::max(columns.state, DisplayWidth(row.state));
  }
  columns.name = std::min(columns.name, std::max(10, width / 4));
  return columns;
}

// What stands at the end of the line; empty if the run is at an end.
std::string Pace(const Row& row, bool wide) {
  const std::string speed = row.tokens_per_second > 0 ? absl::StrCat(FormatCount(row.tokens_per_second), " tok/s") : "";
  const std::string time = TimeLeft(row);
  if (speed.empty() && time.empty()) return "";
  return wide ? absl::StrCat(PadLeft(speed, 12), "  ", PadLeft(time, 12)) : absl::StrCat("  ", PadLeft(time, 9));
}

FrameLine RenderRow(const Row& row, const Columns& columns, int width) {
  const bool wide = width >= kWidthForBars;
  const std::string left =
      absl::StrCat(PadRight(Truncate(row.name, columns.name), columns.name), "  ", PadRight(row.seed, columns.seed),
                   "  ", PadRight(row.state, columns.state), "  ", wide ? absl::StrCat(Bar(row.progress), " ") : "",
                   PadLeft(PercentDone(row.progress), 5));
  const std::string right = Pace(row, wide);
  const int room = width - DisplayWidth(left) - DisplayWidth(right) - 2;
  std::string text = room > 8 ? absl::StrCat(left, "  ", PadRight(Truncate(row.values, room), room), right)
                              : Truncate(absl::StrCat(left, "  ", TimeLeft(row)), width);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return {row.is_done ? LineStyle::kQuiet : LineStyle::kPlain, std::move(text)};
}

}  // namespace

std::vector<FrameLine> RenderFrame(const LiveRuns& runs, TerminalSize size, absl::Time now) {
  // Beside the cursor's line, the summary and the hint.
  const std::vector<Row> rows = Rows(runs.all(), std::max(1, size.height - 3), now);
  std::vector<FrameLine> lines = {{LineStyle::kHeading, Truncate(SummaryLine(runs, now, size.width), size.width)}};
  const Columns columns = ColumnsOf(rows, size.width);
  for (const Row& row : rows) lines.push_back(RenderRow(row, columns, size.width));
  bool any_left = static_cast<int>(runs.all().size()) < runs.expected().runs;
  for (const LiveRun& run : runs.all()) {
    any_left = any_left || !run.ended;
    if (!run.ended || run.status.ok()) continue;
    lines.push_back(
        {LineStyle::kFailure, Truncate(absl::StrCat(RunName(run.id), " stopped: ", run.status.message()), size.width)});
  }
  // More lines than the terminal has would scroll and could not be redrawn.
  const bool hint = any_left && size.height > 3;
  const size_t most = std::max(1, size.height - (hint ? 2 : 1));
  if (lines.size() > most) lines.resize(most);
  if (hint) lines.push_back({LineStyle::kQuiet, Truncate(kHint, size.width)});
  return lines;
}

}  // namespace retort
