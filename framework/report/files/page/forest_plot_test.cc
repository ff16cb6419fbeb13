#include "framework/report/files/page/forest_plot.h"

#include <cmath>
#include <limits>

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ForestScale, LinearWithMargin) {
  const ForestScale scale({-1, 3}, 0);
  EXPECT_NEAR(scale.Percent(-1), 4, 1e-9);
  EXPECT_NEAR(scale.Percent(3), 96, 1e-9);
  EXPECT_NEAR(scale.Percent(1), 50, 1e-9);
  EXPECT_THAT(scale.Ticks(),
              ElementsAre(-1, DoubleNear(-0.5, 1e-12), 0, DoubleNear(0.5, 1e-12), DoubleNear(1, 1e-12),
                          DoubleNear(1.5, 1e-12), DoubleNear(2, 1e-12), DoubleNear(2.5, 1e-12), DoubleNear(3, 1e-12)));
}

TEST(ForestScale, StretchedShowsSmallBesideLarge) {
  const ForestScale linear({0.01, 2}, 0), stretched({0.01, 2}, 0.01);
  EXPECT_LT(linear.Percent(0.01) - linear.Percent(0), 1);
  EXPECT_GT(stretched.Percent(0.01) - stretched.Percent(0), 10);
  EXPECT_THAT(stretched.Ticks(), ElementsAre(0, DoubleNear(0.01, 1e-12), DoubleNear(0.03, 1e-12),
                                             DoubleNear(0.1, 1e-12), DoubleNear(0.3, 1e-12), DoubleNear(1, 1e-12)));
}

TEST(ForestScale, NothingToSpan) {
  const ForestScale scale({0, 0, std::numeric_limits<double>::quiet_NaN()}, 0);
  EXPECT_TRUE(std::isfinite(scale.Percent(0)));
  EXPECT_FALSE(scale.Ticks().empty());
}

TEST(NeedsStretchedScale, WhenTheLargestHidesTheOthers) {
  EXPECT_FALSE(NeedsStretchedScale({0.1, 0.2, 0.3}));
  EXPECT_TRUE(NeedsStretchedScale({0.1, 0.2, 3}));
  EXPECT_FALSE(NeedsStretchedScale({}));
}

TEST(RenderForestPlot, OneRowPerComparedVariant) {
  const Analysis analysis = *Analyse(FakeSweep());
  const std::string html = RenderForestPlot(analysis, 0, "forest0", false);
  size_t rows = 0;
  for (size_t at = html.find("class=\"row "); at != std::string::npos; at = html.find("class=\"row ", at + 1)) ++rows;
  EXPECT_EQ(rows, 8u);
  EXPECT_THAT(html, HasSubstr("<div class=\"row worse\""));
  EXPECT_THAT(html, HasSubstr("<div class=\"row better\""));
  EXPECT_THAT(html, HasSubstr("<div class=\"row undetermined\""));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
}

TEST(RenderForestPlot, EscapesNames) {
  SweepResult sweep = TinySweep();
  sweep.variants[1].name = sweep.runs[2].variant = sweep.runs[3].variant = "<b>&";
  const std::string html = RenderForestPlot(*Analyse(sweep), 0, "forest0", true);
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;&amp;"));
  EXPECT_THAT(html, HasSubstr("id=\"forest0\" hidden>"));
}

TEST(RenderForestPlot, NothingToCompare) {
  SweepResult sweep = TinySweep();
  sweep.runs.resize(2);
  EXPECT_EQ(RenderForestPlot(*Analyse(sweep), 0, "forest0", false), "");
}

}  // namespace
}  // namespace retort
