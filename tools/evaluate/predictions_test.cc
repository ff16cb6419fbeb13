#include "tools/evaluate/predictions.h"

#include <string>
#include <utility>

#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "plugins/data/glue/glue.pb.h"

namespace retort {
namespace {

using testing::IsInvalidArgument;

ModelNeeds NeedsOf(HeadKind head) {
  ModelNeeds needs;
  needs.heads = {head};
  return needs;
}

TEST(PredictionFileOf, IsATableUnlessAnswersAreSpans) {
  const PredictionFile table = PredictionFileOf({}, "test", NeedsOf(HeadKind::kClasses));
  EXPECT_EQ(table.name, "predictions.tsv");
  EXPECT_FALSE(table.numbers);
  EXPECT_FALSE(table.json);
  const PredictionFile spans = PredictionFileOf({}, "test", NeedsOf(HeadKind::kSpans));
  EXPECT_EQ(spans.name, "predictions.json");
  EXPECT_TRUE(spans.json);
}

TEST(PredictionFileOf, OfGlueIsWhatTheServerAsksFor) {
  Data data;
  GlueDataConfig config;
  config.set_task("CoLA");
  data.mutable_plugin()->PackFrom(config);
  EXPECT_EQ(PredictionFileOf(data, "test", NeedsOf(HeadKind::kClasses)).name, "CoLA.tsv");
  for (const char* task : {"CoLA", "SST-2", "MRPC", "QQP", "WNLI", "STS-B", "QNLI", "RTE"}) {
    EXPECT_EQ(GlueFileOf(*FindGlueTask(task), "test").name, std::string(task) + ".tsv");
  }
  for (const char* task : {"CoLA", "SST-2", "MRPC", "QQP", "WNLI"}) {
    EXPECT_TRUE(GlueFileOf(*FindGlueTask(task), "test").numbers) << task;
  }
  for (const char* task : {"STS-B", "MNLI", "QNLI", "RTE"}) {
    EXPECT_FALSE(GlueFileOf(*FindGlueTask(task), "test").numbers) << task;
  }
  for (const auto& [split, name] :
       {std::pair("report", "MNLI-m.tsv"), std::pair("test", "MNLI-m.tsv"), std::pair("mismatched", "MNLI-mm.tsv"),
        std::pair("test_mismatched", "MNLI-mm.tsv"), std::pair("diagnostic", "AX.tsv")}) {
    EXPECT_EQ(GlueFileOf(*FindGlueTask("MNLI"), split).name, name);
    EXPECT_FALSE(GlueFileOf(*FindGlueTask("MNLI"), split).numbers);
  }
}

TEST(PredictionText, HasNamesOrNumbers) {
  const std::vector<Prediction> predictions = {{"0", "bad"}, {"7", "good"}};
  EXPECT_EQ(*PredictionText({"x.tsv"}, predictions, {"bad", "good"}), "index\tprediction\n0\tbad\n7\tgood\n");
  EXPECT_EQ(*PredictionText({"x.tsv", /*numbers=*/true}, predictions, {"bad", "good"}),
            "index\tprediction\n0\t0\n7\t1\n");
}

TEST(PredictionText, ClipsScoresOfStsB) {
  const std::vector<Prediction> predictions = {{"0", "-0.125"}, {"1", "2.500"}, {"2", "5.000"}, {"3", "5.250"}};
  EXPECT_TRUE(GlueFileOf(*FindGlueTask("STS-B"), "test").clips);
  EXPECT_EQ(*PredictionText(GlueFileOf(*FindGlueTask("STS-B"), "test"), predictions, {}),
            "index\tprediction\n0\t0\n1\t2.500\n2\t5.000\n3\t5\n");
  EXPECT_FALSE(GlueFileOf(*FindGlueTask("RTE"), "test").clips);
  EXPECT_FALSE(PredictionFileOf({}, "test", NeedsOf(HeadKind::kScore)).clips);
}

TEST(PredictionText, OfSpansIsAnObjectInTheOrderOfTheExamples) {
  EXPECT_EQ(*PredictionText({"x.json", false, /*json=*/true}, {{"b", "the \"sea\"\n"}, {"a", ""}}, {}),
            "{\n \"b\": \"the \\\"sea\\\"\\n\",\n \"a\": \"\"\n}\n");
}

TEST(PredictionText, RefusesWhatATableCannotHold) {
  EXPECT_THAT(PredictionText({"x.tsv"}, {{"0", "a\tb"}}, {}),
              IsInvalidArgument("--predictions: want ids and classes without tabs and line ends, for x.tsv"));
}

}  // namespace
}  // namespace retort
