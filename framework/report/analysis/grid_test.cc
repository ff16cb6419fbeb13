#include "framework/report/analysis/grid.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

TEST(FindGrid, ReadsNamesOfPoints) {
  const SettingGrid grid =
      FindGrid({"base", "lr=1e-4,temp=1", "lr=1e-4,temp=2", "lr=5e-4,temp=1", "no_ce", "lr=5e-4,temp=2"});
  ASSERT_EQ(grid.axes.size(), 2u);
  EXPECT_EQ(grid.axes[0].name, "lr");
  EXPECT_THAT(grid.axes[0].values, ElementsAre("1e-4", "5e-4"));
  EXPECT_THAT(grid.axes[1].values, ElementsAre("1", "2"));
  ASSERT_EQ(grid.points.size(), 4u);
  EXPECT_EQ(grid.points[3].variant, 5u);
  EXPECT_THAT(grid.points[3].values, ElementsAre(1, 1));
}

TEST(FindGrid, OneSettingIsNoGrid) {
  EXPECT_TRUE(FindGrid({"base", "lr=1e-4", "lr=5e-4"}).empty());
  EXPECT_TRUE(FindGrid({"base", "lr=1e-4,temp=1", "lr=5e-4,temp=1"}).empty()) << "temp has one value";
  EXPECT_TRUE(FindGrid({"base", "a,b", "=1,x=2"}).empty());
}

TEST(FindGrid, AxesOfOneValueAreLeftOut) {
  const SettingGrid grid = FindGrid({"a=1,b=1,c=1", "a=2,b=1,c=2"});
  ASSERT_EQ(grid.axes.size(), 2u);
  EXPECT_EQ(grid.axes[1].name, "c");
  EXPECT_THAT(grid.points[1].values, ElementsAre(1, 1));
}

}  // namespace
}  // namespace retort
