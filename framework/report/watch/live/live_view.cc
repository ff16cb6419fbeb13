#include "framework/report/watch/live/live_view.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/watch/live/frame.h"
#include "framework/report/watch/live/plain_progress.h"
#include "glog/logging.h"

namespace retort {
namespace {

constexpr absl::Duration kRedrawInterval = absl::Milliseconds(200);

void WriteToStandardOutput(absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

LiveView::LiveView(LiveViewOptions options) : options_(std::move(options)), runs_(options_.expected) {
  CHECK(options_.write);
  CHECK(options_.size);
}

LiveView::~LiveView() {
  absl::MutexLock lock(&mutex_);
  if (!runs_.all().empty()) Redraw(/*at_once=*/true);
}

void LiveView::StageStarted(const StageId& id, const StageOutline& plan) {
  absl::MutexLock lock(&mutex_);
  runs_.Start(id, plan, options_.now());
  Redraw(/*at_once=*/false);
}

void LiveView::StepDone(const StageId& id, const StepRecord& record) {
  absl::MutexLock lock(&mutex_);
  runs_.Step(id, record);
  Redraw(/*at_once=*/false);
}

void LiveView::Evaluated(const StageId& id, const EvaluationRecord& record) {
  absl::MutexLock lock(&mutex_);
  runs_.Evaluate(id, record, options_.now());
  Redraw(/*at_once=*/false);
}

void LiveView::StageEnded(const StageId& id, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  runs_.End(id, status);
  Redraw(/*at_once=*/true);
}

// A terminal that became narrower has broken the lines of the last picture; what has scrolled out of one that became
// shorter is out of reach.
int LiveView::LinesToGoUp(TerminalSize size) const {
  int lines = 0;
  for (const int width : on_screen_) lines += std::max(1, (width + size.width - 1) / size.width);
  return std::min(lines, std::max(0, size.height - 1));
}

void LiveView::Redraw(bool at_once) {
  const absl::Time now = options_.now();
  if (!at_once && now - last_drawn_ < kRedrawInterval) return;
  last_drawn_ = now;
  const TerminalSize size = options_.size();
  const int up = LinesToGoUp(size);
  std::string text = up > 0 ? absl::StrCat("\x1b[", up, "A\r") : "";
  on_screen_.clear();
  for (const FrameLine& line : RenderFrame(runs_, size, now)) {
    on_screen_.push_back(DisplayWidth(line.text));
    absl::StrAppend(&text, options_.colour ? Styled(line.style, line.text) : line.text, "\x1b[K\n");
  }
  absl::StrAppend(&text, "\x1b[J");
  options_.write(text);
}

std::unique_ptr<Observer> WatchOnStandardOutput(ExpectedTraining expected) {
  if (!CanRedrawStandardOutput()) {
    return std::make_unique<PlainProgress>(PlainProgressOptions{std::move(expected), WriteToStandardOutput});
  }
  LiveViewOptions options;
  options.expected = std::move(expected);
  options.write = WriteToStandardOutput;
  options.size = [] { return SizeOfStandardOutput().value_or(TerminalSize()); };
  options.colour = WantsColour();
  return std::make_unique<LiveView>(std::move(options));
}

}  // namespace retort
