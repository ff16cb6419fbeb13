#include "framework/json/json_number.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace retort {
namespace {

using Json = nlohmann::ordered_json;

TEST(NumberToJson, SpellsWhatJsonLacks) {
  EXPECT_EQ(NumberToJson(0.1).dump(), "0.1");
  EXPECT_EQ(NumberToJson(std::numeric_limits<double>::quiet_NaN()).dump(), "\"nan\"");
  EXPECT_EQ(NumberToJson(HUGE_VAL).dump(), "\"inf\"");
  EXPECT_EQ(NumberToJson(-HUGE_VAL).dump(), "\"-inf\"");
}

TEST(NumberFromJson, ReadsBack) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  for (const double value : {0.1, -0.0, 1e300, tiny, HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(NumberFromJson(Json::parse(NumberToJson(value).dump())), value);
  }
  EXPECT_TRUE(std::isnan(*NumberFromJson(NumberToJson(std::numeric_limits<double>::quiet_NaN()))));
}

TEST(NumberFromJson, NothingElseIsANumber) {
  for (const char* text : {"null", "true", "\"1\"", "\"NaN\"", "\"\"", "[]", "{}"}) {
    EXPECT_EQ(NumberFromJson(Json::parse(text)), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace retort
