#include "framework/eval/scores/metric_spec.h"

#include <cmath>

#include "gtest/gtest.h"

namespace retort {
namespace {

MetricSpecs TwoMetrics() {
  return {{"lm/loss", "loss", Nats(), Better::kLower, "sequence"}, {"lm/share", "share", Percent(), Better::kHigher}};
}

TEST(MetricSpecTest, IsFoundByItsName) {
  EXPECT_EQ(FindMetric(TwoMetrics(), "lm/share").unit.scale, 100);
  EXPECT_EQ(FindMetric(TwoMetrics(), "lm/loss").example, "sequence");
  EXPECT_EQ(MetricRank(TwoMetrics(), "lm/share"), 1);
}

TEST(MetricSpecTest, AnUnknownOneIsShownUnderItsName) {
  const MetricSpec unknown = FindMetric(TwoMetrics(), "glue/f1");
  EXPECT_EQ(unknown.label, "glue/f1");
  EXPECT_EQ(unknown.unit.value, "");
  EXPECT_EQ(unknown.better, Better::kUnknown);
  EXPECT_EQ(MetricRank(TwoMetrics(), "glue/f1"), 2);
}

TEST(MetricSpecTest, AMetricOfATaskNamesIt) {
  const MetricSpecs of_task = OfTask("rt", TwoMetrics());
  EXPECT_EQ(of_task[0].name, "rt/lm/loss");
  EXPECT_EQ(of_task[0].label, "rt: loss");
  EXPECT_EQ(of_task[1].better, Better::kHigher);
  EXPECT_EQ(OfTask("", TwoMetrics()[0]).name, "lm/loss") << "there are no tasks";
}

TEST(MetricSpecTest, AMetricIsAddedOnce) {
  MetricSpecs specs = TwoMetrics();
  AddMetrics({{"lm/share", "another label", Nats()}, {"new", "new"}}, &specs);
  ASSERT_EQ(specs.size(), 3u);
  EXPECT_EQ(specs[2].name, "new");
}

TEST(MetricSpecTest, WhatIsCalledOtherwiseHasBothLabels) {
  MetricSpecs specs = TwoMetrics();
  for (int twice = 0; twice < 2; ++twice) AddMetrics({{"lm/share", "share, pooling first"}}, &specs);
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[1].label, "share or share, pooling first");
}

TEST(MetricSpecTest, BetterIsWhatTheMetricSays) {
  const MetricSpecs specs = TwoMetrics();
  EXPECT_TRUE(IsBetter(specs[0], 1, 2));
  EXPECT_FALSE(IsBetter(specs[0], 2, 1));
  EXPECT_TRUE(IsBetter(specs[1], 2, 1));
  EXPECT_FALSE(IsBetter(specs[1], 1, 1));
  EXPECT_FALSE(IsBetter(FindMetric(specs, "unknown"), 2, 1));
  EXPECT_TRUE(IsBetter(specs[0], 1, std::nan("")));
  EXPECT_FALSE(IsBetter(specs[1], std::nan(""), std::nan("")));
  EXPECT_FALSE(IsBetter(specs[1], std::nan(""), 1));
}

}  // namespace
}  // namespace retort
