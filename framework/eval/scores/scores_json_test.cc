#include "framework/eval/scores/scores_json.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

constexpr char kText[] =
    R"({"stage":"evaluate","split":"report","examples":"12 3","teacher":"ab","computed_with":"threads 2","metrics":{"masked_lm/accuracy":{"sum":[1.0,0.1],"count":[2.0,3.0]}}})";

TEST(ToJson, SaysWhatWasMeasuredOnWhat) {
  const Scores scores{"evaluate", "report", {{"masked_lm/accuracy", {{1, 0.1}, {2, 3}}}}, "12 3", "ab", "threads 2"};
  EXPECT_EQ(ToJson(scores), kText);
}

TEST(ToJson, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(ScoresFromJson(ToJson({"\xFF", "", {}, "", "", ""}))->stage, "\xEF\xBF\xBD");
}

TEST(ScoresFromJson, ReadsBack) { EXPECT_EQ(ToJson(*ScoresFromJson(kText)), kText); }

TEST(ScoresFromJson, KeepsExtremes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double tiny = std::numeric_limits<double>::denorm_min();
  const Scores scores{"evaluate", "report", {{"m", {{nan, HUGE_VAL, -HUGE_VAL, tiny}, {}}}}, "", "", ""};
  const std::vector<double> back = ScoresFromJson(ToJson(scores))->metrics.at("m").sum;
  ASSERT_EQ(back.size(), 4u);
  EXPECT_TRUE(std::isnan(back[0]));
  EXPECT_EQ(back[1], HUGE_VAL);
  EXPECT_EQ(back[2], -HUGE_VAL);
  EXPECT_EQ(back[3], tiny);
}

std::string ErrorOf(absl::string_view json) { return std::string(ScoresFromJson(json).status().message()); }

std::string ErrorWith(absl::string_view sound, absl::string_view damaged) {
  return ErrorOf(absl::StrReplaceAll(kText, {{sound, damaged}}));
}

TEST(ScoresFromJson, ErrorsNameTheField) {
  EXPECT_THAT(ErrorOf(absl::string_view(kText).substr(0, 40)), HasSubstr("Scores: want JSON, got 40 bytes"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("Scores: want an object, got array"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("Scores.stage: missing"));
  EXPECT_THAT(ErrorWith("\"report\"", "7"), HasSubstr("Scores.split: want a string, got number"));
  EXPECT_THAT(ErrorWith("\"count\"", "\"counts\""), HasSubstr("Scores.metrics.masked_lm/accuracy.count: missing"));
  EXPECT_THAT(ErrorWith("0.1", "\"one\""),
              HasSubstr("Scores.metrics.masked_lm/accuracy.sum[1]: want a number, got string"));
}

}  // namespace
}  // namespace retort
