#include "framework/report/watch/live/live_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class LiveViewTest : public ::testing::Test {
 protected:
  LiveViewOptions Options() {
    LiveViewOptions options;
    options.write = [this](absl::string_view text) { written_.emplace_back(text); };
    options.size = [this] { return size_; };
    options.now = [this] { return now_; };
    return options;
  }

  // A step, a second after the last one.
  void Step(int64_t step, LiveView* view) {
    StepRecord record;
    record.step = step;
    record.terms = {{"ce", 5, 1.5, 10}};
    record.tokens_per_second = 1000;
    now_ += absl::Seconds(1);
    view->StepDone(id_, record);
  }

  const StageId id_{"base", 1, "distil"};
  std::vector<std::string> written_;
  TerminalSize size_{80, 24};
  absl::Time now_ = absl::FromUnixSeconds(1000);
};

TEST_F(LiveViewTest, RedrawsInPlaceAtMostFiveTimesPerSecond) {
  {
    LiveView view(Options());
    view.StageStarted(id_, {0, 100, 10});
    for (int step = 1; step <= 100; ++step) {
      now_ += absl::Milliseconds(10) - absl::Seconds(1);
      Step(step, &view);
    }
    EXPECT_EQ(written_.size(), 6u);  // At the start and 5 times in 1 s.
    EXPECT_THAT(written_[0], Not(StartsWith("\x1b[")));
    EXPECT_THAT(written_[1], StartsWith("\x1b[3A\r"));  // Three lines up: summary, run and hint.
  }
  EXPECT_THAT(written_.back(), HasSubstr("100 %"));
}

TEST_F(LiveViewTest, FollowsAResize) {
  LiveView view(Options());
  view.StageStarted(id_, {0, 100, 10});
  Step(1, &view);
  EXPECT_THAT(written_.back(),
              HasSubstr("Ctrl-C stops here and keeps what is done; the same command goes on from there\x1b[K\n"));
  size_ = {40, 24};
  Step(2, &view);
  // The terminal has broken each of the lines in two.
  EXPECT_THAT(written_.back(), StartsWith("\x1b[6A\r"));
  EXPECT_THAT(written_.back(), HasSubstr("Ctrl-C stops here and keeps what is don…\x1b[K\n"));
  Step(3, &view);
  EXPECT_THAT(written_.back(), StartsWith("\x1b[3A\r"));
  size_ = {40, 3};
  Step(4, &view);
  EXPECT_THAT(written_.back(), StartsWith("\x1b[2A\r")) << "no more than there is";
}

TEST_F(LiveViewTest, HasColoursWhereTheyAreWanted) {
  for (const bool colour : {false, true}) {
    written_.clear();
    LiveViewOptions options = Options();
    options.colour = colour;
    LiveView view(std::move(options));
    view.StageStarted(id_, {0, 100, 10});
    EXPECT_THAT(written_.back(), StartsWith(colour ? "\x1b[1m0 of 1 runs done · 1 running\x1b[0m\x1b[K\n"
                                                   : "0 of 1 runs done · 1 running\x1b[K\n"));
  }
}

}  // namespace
}  // namespace retort
