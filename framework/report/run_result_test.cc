#include "framework/report/run_result.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_replace.h"
#include "framework/report/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

TEST(RunResultFromJson, ReadsBackBitForBit) {
  const RunResult run = FakeSweep().runs[4];
  const RunResult back = *RunResultFromJson(ToJson(run));
  EXPECT_EQ(back.variant, run.variant);
  EXPECT_EQ(back.seed, run.seed);
  EXPECT_EQ(back.parameters, run.parameters);
  EXPECT_EQ(back.tokens_per_second, run.tokens_per_second);
  ASSERT_EQ(back.steps.size(), run.steps.size());
  EXPECT_EQ(back.steps[7].clipped, run.steps[7].clipped);
  EXPECT_EQ(back.steps[7].terms[1].value, run.steps[7].terms[1].value);
  EXPECT_EQ(back.evaluations[3].metrics, run.evaluations[3].metrics);
  EXPECT_EQ(back.scores[0].metrics.at("masked_lm/accuracy").sum, run.scores[0].metrics.at("masked_lm/accuracy").sum);
  EXPECT_EQ(back.folder, run.folder);
  EXPECT_EQ(ToJson(back), ToJson(run));
}

TEST(RunResultFromJson, KeepsExtremes) {
  RunResult run;
  run.seed = std::numeric_limits<uint64_t>::max();
  run.error = "loss term \"ce\" is NaN\n";
  run.steps.resize(1);
  run.steps[0].loss = std::numeric_limits<double>::quiet_NaN();
  run.steps[0].gradient_norm = std::numeric_limits<double>::infinity();
  const RunResult back = *RunResultFromJson(ToJson(run));
  EXPECT_EQ(back.seed, run.seed);
  EXPECT_EQ(back.error, run.error);
  EXPECT_TRUE(std::isnan(back.steps[0].loss));
  EXPECT_EQ(back.steps[0].gradient_norm, run.steps[0].gradient_norm);
}

TEST(ToJson, BytesThatAreNotUtf8AreReplaced) {
  RunResult run;
  run.error = "\xFF";
  EXPECT_EQ(RunResultFromJson(ToJson(run))->error, "\xEF\xBF\xBD");
}

std::string ErrorOf(const std::string& json) { return std::string(RunResultFromJson(json).status().message()); }

TEST(RunResultFromJson, ErrorsNameTheField) {
  const std::string json = ToJson(FakeSweep().runs[0]);
  EXPECT_THAT(ErrorOf(json.substr(0, json.size() / 2)), HasSubstr("RunResult: want JSON"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("RunResult: want an object, got array"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("RunResult.variant: missing"));
  EXPECT_THAT(ErrorOf(absl::StrReplaceAll(json, {{"\"step\":1,", "\"step\":\"one\","}})),
              HasSubstr("RunResult.steps[0].step: want an integer, got string"));
  EXPECT_THAT(ErrorOf(absl::StrReplaceAll(json, {{"\"seed\":1,", "\"seed\":-1,"}})),
              HasSubstr("RunResult.seed: want an integer >= 0, got number"));
}

TEST(ScoresFromJson, ReadsBack) {
  const Scores scores = FakeSweep().teacher[0];
  EXPECT_EQ(ToJson(*ScoresFromJson(ToJson(scores))), ToJson(scores));
}

}  // namespace
}  // namespace retort
