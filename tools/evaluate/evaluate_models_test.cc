#include "tools/evaluate/evaluate_models.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "framework/eval/task/test_task.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/evaluation/classification/classification.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::SizeIs;

// The letters of the test task, with the special pieces before them.
TokenizerFiles Letters() {
  std::string pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (char letter = 'a'; letter <= 'z'; ++letter) absl::StrAppend(&pieces, std::string(1, letter), "\n");
  return {{"vocab.txt", pieces}, {"tokenizer_config.json", R"({"tokenizer_class":"BertTokenizer"})"}};
}

class EvaluateModelsTest : public ::testing::Test {
 protected:
  // Writes a model with these classes, whose logits are in the same order whatever the classes are called.
  static std::string Save(const std::string& name, const std::vector<std::string>& classes) {
    EncoderConfig config = testing::SmallModel("bert", 1, {HeadKind::kClasses});
    config.vocabulary_size = 31;
    config.heads.front().classes = classes;
    return SaveConfig(name, config);
  }

  static std::string SaveConfig(const std::string& name, const EncoderConfig& config) {
    ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(/*seed=*/1, /*range=*/0.5, 0, &parameters);
    const std::string folder = absl::StrCat(::testing::TempDir(), "/evaluate_", name);
    EXPECT_THAT(SaveModel(folder, config, parameters, Letters()), IsOk());
    return folder;
  }

  absl::StatusOr<TaskResults> Evaluate(const std::vector<std::string>& folders, bool predicts = false) {
    ClassificationEvaluationConfig config;
    *config.mutable_data() = testing::TestTask("classes");
    config.set_split(split_);
    const auto evaluator = ClassificationEvaluation::Create(config, {});
    EvaluateOptions options;
    options.predicts = predicts;
    options.cache = &cache_;
    return EvaluateModels(folders, **evaluator, options);
  }

  std::string split_ = "report";
  DataCache cache_{::testing::TempDir(), /*threads=*/1};
};

TEST_F(EvaluateModelsTest, ClassesAreConnectedByName) {
  const auto results = Evaluate({Save("a", {"no", "yes"}), Save("b", {"yes", "no"})}, /*predicts=*/true);
  ASSERT_THAT(results, IsOk());
  ASSERT_THAT(results->models, SizeIs(2));
  const ModelResult &a = results->models[0], &b = results->models[1];
  EXPECT_THAT(a.model, HasSubstr("evaluate_a"));
  EXPECT_EQ(a.measured_on, b.measured_on);
  EXPECT_THAT(results->notes, IsEmpty());
  ASSERT_THAT(a.predictions, SizeIs(12));
  for (size_t e = 0; e < a.predictions.size(); ++e) {
    EXPECT_NE(a.predictions[e].answer, b.predictions[e].answer) << e;
    EXPECT_EQ(a.scores.at("classification/accuracy").sum[e], 1 - b.scores.at("classification/accuracy").sum[e]) << e;
  }
}

TEST_F(EvaluateModelsTest, WithoutLabelsItPredictsAndSaysSo) {
  split_ = "test";
  const std::string folder = Save("a", {"no", "yes"});
  EXPECT_THAT(Evaluate({folder}), IsInvalidArgument("split: want examples with labels, got \"test\""));
  const auto results = Evaluate({folder, folder}, /*predicts=*/true);
  ASSERT_THAT(results, IsOk());
  EXPECT_THAT(results->models[0].scores, IsEmpty());
  EXPECT_THAT(results->models[0].predictions, SizeIs(12));
  EXPECT_THAT(results->notes, ElementsAre(HasSubstr("not scored: split: want examples with labels")));
}

TEST_F(EvaluateModelsTest, WantsModelsOfTheTask) {
  EXPECT_THAT(Evaluate({Save("other", {"no", "maybe"})}),
              IsInvalidArgument("want the classes of the data (no, yes), got "
                                "no, maybe"));
  EncoderConfig config = testing::SmallModel("bert", 1);
  config.vocabulary_size = 31;
  EXPECT_THAT(Evaluate({SaveConfig("headless", config)}),
              IsInvalidArgument("want a model with a head of kind classes, got one whose heads are: vocabulary"));
  config = testing::SmallModel("bert", 1, {HeadKind::kClasses});
  config.vocabulary_size = 31;
  config.max_positions = 15;
  config.heads.front().classes = {"no", "yes"};
  EXPECT_THAT(
      Evaluate({SaveConfig("short", config)}),
      IsInvalidArgument(
          "want a model of at least the 16 positions of the task's `length`, got 15; give the task `length: 15`"));
}

}  // namespace
}  // namespace retort
