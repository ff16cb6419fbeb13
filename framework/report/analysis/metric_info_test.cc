#include "framework/report/analysis/metric_info.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(FindMetricInfo, KnowsMetricsByTheLastPartOfTheirName) {
  const MetricInfo info = FindMetricInfo("masked_lm/cross_entropy");
  EXPECT_EQ(info.label, "cross-entropy");
  EXPECT_EQ(info.unit, "nats");
  EXPECT_EQ(info.better, Better::kLower);
  EXPECT_EQ(FindMetricInfo("accuracy").better, Better::kHigher);
  EXPECT_EQ(FindMetricInfo("cola/accuracy").difference_unit, "points");
}

TEST(FindMetricInfo, ShowsUnknownMetricsUnderTheirOwnName) {
  const MetricInfo info = FindMetricInfo("bleu/sacre");
  EXPECT_EQ(info.label, "bleu/sacre");
  EXPECT_EQ(info.unit, "");
  EXPECT_EQ(info.better, Better::kUnknown);
}

}  // namespace
}  // namespace retort
