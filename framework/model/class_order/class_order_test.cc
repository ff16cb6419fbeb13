#include "framework/model/class_order/class_order.h"

#include "ATen/ops/arange.h"
#include "ATen/ops/tensor.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using Names = std::vector<std::string>;
using testing::IsInvalidArgument;
using testing::IsOk;

EncoderConfig ModelOf(const Names& classes) {
  EncoderConfig config = testing::SmallModel("bert", 1, {HeadKind::kClasses});
  config.heads.front().classes = classes;
  return config;
}

ParameterSet ParametersOf(const EncoderConfig& config) {
  return ParameterSet(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
}

TEST(OrderClasses, MovesTheRowsOfTheHead) {
  EncoderConfig config = ModelOf({"entailment", "neutral", "contradiction"});
  ParameterSet parameters = ParametersOf(config);
  const at::Tensor rows = at::arange(3 * config.hidden_size, at::kFloat).reshape({3, config.hidden_size});
  ASSERT_THAT(parameters.Set("head.classes.output.weight", rows), IsOk());
  ASSERT_THAT(parameters.Set("head.classes.output.bias", at::tensor({1.f, 2.f, 3.f})), IsOk());
  const Names wanted = {"contradiction", "entailment", "neutral"};
  ASSERT_THAT(OrderClasses(wanted, "teacher", &config, &parameters), IsOk());
  EXPECT_EQ(config.heads.front().classes, wanted);
  EXPECT_TRUE(parameters.Get("head.classes.output.bias").equal(at::tensor({3.f, 1.f, 2.f})));
  EXPECT_TRUE(parameters.Get("head.classes.output.weight")[0].equal(rows[2]));
  EXPECT_TRUE(parameters.Get("head.classes.output.weight")[2].equal(rows[1]));
}

TEST(OrderClasses, TakesOtherCaseForTheSameNames) {
  EncoderConfig config = ModelOf({"POSITIVE", "NEGATIVE"});
  ASSERT_THAT(OrderClasses({"negative", "positive"}, "teacher", &config, nullptr), IsOk());
  EXPECT_EQ(config.heads.front().classes, (Names{"negative", "positive"}));
  config = ModelOf({"a", "A"});
  ASSERT_THAT(OrderClasses({"A", "a"}, "teacher", &config, nullptr), IsOk());
  EXPECT_EQ(config.heads.front().classes, (Names{"A", "a"}));
}

TEST(OrderClasses, RefusesOtherNamesWithBothLists) {
  EncoderConfig config = ModelOf({"yes", "no"});
  EXPECT_THAT(OrderClasses({"false", "true"}, "teacher.checkpoint", &config, nullptr),
              IsInvalidArgument("teacher.checkpoint: want the classes of the data (false, true), got yes, no"));
  EXPECT_THAT(OrderClasses({"yes", "no", "maybe"}, "teacher", &config, nullptr), IsInvalidArgument("got yes, no"));
  EXPECT_EQ(config.heads.front().classes, (Names{"yes", "no"}));
  config = ModelOf(UnnamedClasses(2));
  EXPECT_THAT(OrderClasses({"no", "yes"}, "teacher", &config, nullptr),
              IsInvalidArgument("got LABEL_0, LABEL_1; say in its config.json which they are: \"id2label\""));
}

TEST(OrderClasses, LeavesModelsWithoutClassesAlone) {
  EncoderConfig config = testing::SmallEncoder(1);
  const EncoderConfig before = config;
  EXPECT_THAT(OrderClasses({"no", "yes"}, "teacher", &config, nullptr), IsOk());
  EXPECT_TRUE(config == before);
}

TEST(FitClasses, LeavesOtherClassesOut) {
  EncoderConfig config = ModelOf({"yes", "no"});
  ParameterSet parameters = ParametersOf(config);
  FitClasses(ModelOf({"no", "yes"}), &config, &parameters);
  EXPECT_EQ(config.heads.front().classes, (Names{"no", "yes"}));
  EXPECT_TRUE(parameters.Has("head.classes.output.weight"));
  FitClasses(ModelOf({"a", "b", "c"}), &config, &parameters);
  EXPECT_TRUE(config.heads.empty());
  EXPECT_FALSE(parameters.Has("head.classes.output.weight"));
  EXPECT_TRUE(parameters.Has("embeddings.word"));
}

}  // namespace
}  // namespace retort
