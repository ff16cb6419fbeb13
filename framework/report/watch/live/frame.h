#ifndef RETORT_FRAMEWORK_REPORT_WATCH_LIVE_FRAME_H_
#define RETORT_FRAMEWORK_REPORT_WATCH_LIVE_FRAME_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "framework/base/terminal/terminal.h"
#include "framework/report/watch/live/live_runs.h"

namespace retort {

// A line on the terminal, without escape sequences.
struct FrameLine {
  LineStyle style = LineStyle::kPlain;
  std::string text;
};

// One picture of the live view, no larger than the terminal less the line of the cursor: a summary, then one line per
// run with progress bar, the latest evaluation, loss terms, tokens per second and time left, without bar and tokens on
// less than 100 columns; one line per variant, with means over its seeds, where the runs would take more lines than
// there are; failures in full; and what Ctrl-C does, as long as anything is left to train. Pure function.
std::vector<FrameLine> RenderFrame(const LiveRuns& runs, TerminalSize size, absl::Time now);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_WATCH_LIVE_FRAME_H_
