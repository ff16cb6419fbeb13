#include "framework/config/variants/defaults.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "framework/config/plugin_config.h"
#include "framework/config/sweep.pb.h"
#include "framework/config/test_catalogue.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

// A training stage on this corpus, with its defaults.
Stage Filled(const std::string& corpus, const std::string& evaluate) {
  const std::string text =
      absl::StrCat("stage { data { test_text { corpus: '", corpus, "' length: 64 } } evaluate { ", evaluate, " } }");
  Experiment experiment;
  EXPECT_TRUE(ParseText(text, "text", TestCatalogue(), &experiment).ok());
  FillDefaults(&experiment, TestCatalogue());
  return experiment.stage(0);
}

std::string EvaluationOf(const Stage& stage) {
  return PrintLine(EvaluationWhileTraining(stage, TestCatalogue()), TestCatalogue());
}

TEST(DefaultsTest, WhileTrainingSomeSequencesAreEvaluated) {
  EXPECT_EQ(EvaluationOf(Filled("text", "every_steps: 1")),
            "test_text { corpus: \"text\" length: 64 split: \"select\" sequences: 128 }");
  EXPECT_EQ(EvaluationOf(Filled("text", "sequences: 7")),
            "test_text { corpus: \"text\" length: 64 split: \"select\" sequences: 7 }");
}

TEST(DefaultsTest, WhileTrainingAllExamplesAreEvaluatedWhereThatIsTheEvaluationsDefault) {
  EXPECT_FALSE(Filled("pairs", "every_steps: 1").evaluate().has_sequences());
  EXPECT_EQ(EvaluationOf(Filled("pairs", "every_steps: 1")), "test_pairs { }");
  EXPECT_EQ(EvaluationOf(Filled("pairs", "sequences: 7")), "test_pairs { sequences: 7 }");
}

}  // namespace
}  // namespace retort
