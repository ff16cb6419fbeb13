#include "tools/profile/report.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ModelFacts Facts(const std::string& folder, std::vector<std::string> heads) {
  ModelFacts facts;
  facts.folder = folder;
  facts.architecture = "family=bert";
  facts.parameters = {23'800'000, 85'100'000, 600'000};
  facts.weight_bytes = 438'000'000;
  facts.stored_type = "F32";
  facts.heads = std::move(heads);
  facts.tokens = 1200;
  facts.flops = 22.4e9;
  facts.mean_length = 12;
  facts.mean_flops = 2.05e9;
  facts.padding = 0.25;
  facts.padding_by_length = 0.015;
  return facts;
}

// The student takes half the time, in the second round a quarter.
Profile TwoModels() {
  Profile profile;
  profile.environment = {{"device", "cpu"}, {"processor", "of a test"}};
  profile.precision = "float32";
  profile.text = "some.txt";
  profile.text_hash = "0123";
  profile.sequences = 100;
  profile.single_sequences = 2;
  profile.length = 128;
  profile.batch = 32;
  profile.models = {Facts("teacher", {"vocabulary"}), Facts("student", {})};
  profile.series = {{1, 0, {{{0.010, 0.030}, 8, 4}, {{0.010, 0.030}, 8, 4}, {{0.010, 0.030}, 8, 4}}},
                    {1, 1, {{{0.005, 0.015}, 4, 2}, {{0.0025, 0.0075}, 2, 1}, {{0.005, 0.015}, 4, 2}}}};
  return profile;
}

// The first of the lines that begin with `model` and have `text` in them.
std::string LineOf(const std::string& model, const std::string& text, const std::string& report) {
  for (const absl::string_view line : absl::StrSplit(report, '\n')) {
    if (absl::StartsWith(line, model) && absl::StrContains(line, text)) return std::string(line);
  }
  return "";
}

TEST(Percentile, IsLinearBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(Percentile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(Percentile({4, 1, 3, 2}, 0), 1);
  EXPECT_DOUBLE_EQ(Percentile({4, 1, 3, 2}, 1), 4);
  EXPECT_DOUBLE_EQ(Percentile({4, 1, 3, 2}, 0.05), 1.15);
  EXPECT_DOUBLE_EQ(Percentile({7}, 0.95), 7);
}

TEST(PairedSpeedup, IsOverTheRatiosOfRounds) {
  const Speedup speedup = PairedSpeedup({2, 3, 8}, {1, 2, 2});
  EXPECT_DOUBLE_EQ(speedup.median, 2);
  EXPECT_DOUBLE_EQ(speedup.low, 1.5);
  EXPECT_DOUBLE_EQ(speedup.high, 4);
}

TEST(RenderProfile, SaysConditions) {
  EXPECT_THAT(RenderProfile(TwoModels(), 200),
              AllOf(HasSubstr("processor: of a test\n"), HasSubstr("precision: float32\n"),
                    HasSubstr("text: some.txt, 100 sequences, cut at 128 positions; hash 0123\n"),
                    HasSubstr("computed by teacher: the last hidden state, and logits of: vocabulary\n"),
                    HasSubstr("computed by student: the last hidden state\n"), HasSubstr("rounds: 3\n"),
                    HasSubstr("the first 2 sequences, each alone"), HasSubstr("Throughput at batch 32")));
}

TEST(RenderProfile, HasARowForEachModel) {
  const std::string report = RenderProfile(TwoModels(), 200);
  EXPECT_THAT(LineOf("student", "438", report),
              AllOf(HasSubstr("110 M  "), HasSubstr("23.8 M  "), HasSubstr("85.1 M  "), HasSubstr("600 k  "),
                    HasSubstr("438 MB of F32"), HasSubstr("22.4 G"), HasSubstr("2.05 G at 12")));
  // Over both sequences and all rounds; the sum of both, median over rounds.
  EXPECT_THAT(LineOf("teacher", "20.00", report), AllOf(HasSubstr("10.00"), HasSubstr("30.00"), HasSubstr("0.040")));
  EXPECT_THAT(LineOf("student", "2.00 (2.00 to 4.00)", report), HasSubstr("0.020"));
  // 100 sequences and 1200 tokens in 2 s, and in 4 s.
  EXPECT_THAT(LineOf("student", " 1.5 %", report),
              AllOf(HasSubstr("  50  "), HasSubstr("  600  "), HasSubstr("2.00 (2.00 to 4.00)")));
  EXPECT_THAT(LineOf("student", " 25 %", report), AllOf(HasSubstr("  25  "), HasSubstr("  300  ")));
}

TEST(RenderProfile, ComparesWithTheFirstModelOfAsManyThreads) {
  Profile profile = TwoModels();
  profile.series.push_back({2, 0, {{{0.006}, 3, 3}}});
  profile.series.push_back({2, 1, {{{0.002}, 1, 1}}});
  EXPECT_THAT(RenderProfile(profile, 200), HasSubstr("3.00 (3.00 to 3.00)"));
}

TEST(RenderProfileJson, HasAllNumbers) {
  const std::string text = RenderProfileJson(TwoModels());
  EXPECT_EQ(text.find(kProfileJsonBeginning), 0u);
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["profile"]["environment"]["processor"], "of a test");
  EXPECT_EQ(json["profile"]["text"]["hash"], "0123");
  EXPECT_EQ(json["profile"]["length"], 128);
  ASSERT_EQ(json["models"].size(), 2u);
  EXPECT_EQ(json["models"][1]["parameters"]["total"], 109'500'000);
  EXPECT_EQ(json["models"][0]["heads"], nlohmann::json({"vocabulary"}));
  EXPECT_EQ(json["models"][1]["heads"], nlohmann::json::array());
  EXPECT_EQ(json["models"][0]["flops"]["at_mean_length"], 2.05e9);
  ASSERT_EQ(json["series"].size(), 2u);
  EXPECT_EQ(json["series"][1]["model"], 1);
  EXPECT_EQ(json["series"][1]["threads"], 1);
  EXPECT_EQ(json["series"][1]["rounds"][1]["single_seconds"], nlohmann::json({0.0025, 0.0075}));
  EXPECT_EQ(json["series"][1]["rounds"][1]["by_length_seconds"], 1);
  EXPECT_EQ(json["series"][0]["rounds"][2]["in_order_seconds"], 8);
}

}  // namespace
}  // namespace retort
