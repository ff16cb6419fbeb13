#include "plugins/evaluation/causal_lm/causal_lm.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/data/causal_lm/causal_lm.pb.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(CausalLmEvaluation, WhatItDoesNotSayIsAsInTheDataEvaluated) {
  CausalLmDataConfig data;
  data.set_corpus("text");
  data.set_length(64);
  CausalLmEvaluationConfig config;
  CausalLmEvaluation::FillDefaults(&data, &config);
  EXPECT_EQ(config.corpus(), "text");
  EXPECT_EQ(config.length(), 64);
  EXPECT_EQ(config.split(), "report");
  EXPECT_EQ(config.sequences(), 512);
  EXPECT_TRUE(config.has_seed());
}

TEST(CausalLmEvaluation, WithoutDataItHasItsOwnLengthAndWantsACorpus) {
  CausalLmEvaluationConfig config;
  CausalLmEvaluation::FillDefaults(nullptr, &config);
  EXPECT_EQ(config.length(), 1024);
  config.set_split("all");
  config.set_length(1);
  config.set_sequences(0);
  Problems problems;
  CausalLmEvaluation::Check("evaluation: ", config, &problems);
  EXPECT_THAT(std::string(problems.ToStatus().message()),
              AllOf(HasSubstr("evaluation: corpus: want a corpus folder, got none"),
                    HasSubstr("evaluation: length: want >= 2 (a token and the next), got 1"),
                    HasSubstr("evaluation: split: want train, select or report, got \"all\""),
                    HasSubstr("evaluation: sequences: want > 0, got 0")));
}

TEST(CausalLmEvaluation, MeasuresThisInThisOrder) {
  CausalLmEvaluationConfig config;
  CausalLmEvaluation::FillDefaults(nullptr, &config);
  const auto evaluator = CausalLmEvaluation::Create(config, {});
  ASSERT_TRUE(evaluator.ok());
  const MetricSpecs metrics = (*evaluator)->metrics();
  ASSERT_EQ(metrics.size(), 3u);
  EXPECT_EQ(metrics[0].name, CausalLmEvaluation::kPrimaryMetric);
  EXPECT_EQ(metrics[0].better, Better::kLower);
  EXPECT_TRUE(metrics[1].beside_teacher);
  EXPECT_EQ(metrics[2].name, "causal_lm/accuracy");
  EXPECT_EQ(metrics[2].better, Better::kHigher);
}

}  // namespace
}  // namespace retort
