#include "framework/sweep/results/run_record.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

TEST(DescribeRun, DateAndSeconds) {
  const absl::Time begin = absl::FromUnixSeconds(1700000000);
  const RunRecord run = DescribeRun("sweep a.textproto", begin, begin + absl::Seconds(90));
  EXPECT_EQ(run.date, "2023-11-14 22:14 UTC");
  EXPECT_EQ(run.command, "sweep a.textproto");
  EXPECT_EQ(run.seconds, 90);
}

}  // namespace
}  // namespace retort
