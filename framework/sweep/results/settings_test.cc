#include "framework/sweep/results/settings.h"

#include "framework/sweep/test_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

constexpr char kVariants[] = R"(
    controls: NONE
    variant { name: "fast" overlay { stage { name: "distil" adamw { learning_rate: 2e-3 } } } }
    variant { name: "no_cos" overlay { stage { name: "distil" remove: "cos" adamw { learning_rate: 4e-3 } } } })";

TEST(SettingsOf, ValuesOfAllVariants) {
  testing::TestSweep sweep;
  const std::vector<Setting> settings = SettingsOf(*sweep.Make(sweep.Text(kVariants)));
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(settings[0].path, "stage.distil.adamw.learning_rate");
  EXPECT_THAT(settings[0].values, ElementsAre("0.001", "0.002", "0.004"));
  EXPECT_EQ(settings[1].path, "stage.distil.loss.cos");
  EXPECT_THAT(settings[1].values, ElementsAre("{ name: \"cos\" weight: 1 cosine { } }",
                                              "{ name: \"cos\" weight: 1 cosine { } }", "absent"));
}

TEST(SettingsOf, NothingWhereNothingDiffers) {
  testing::TestSweep sweep;
  EXPECT_THAT(SettingsOf(*sweep.Make(sweep.Text("controls: NONE"))), ElementsAre());
}

}  // namespace
}  // namespace retort
