#include "framework/eval/task/task_evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/test_store.h"
#include "framework/eval/task/test_task.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::SizeIs;
using testing::TestTask;

// The largest logit of an example, and the place of its class.
class LargestLogit final : public TaskMetrics {
 public:
  explicit LargestLogit(HeadKind head = HeadKind::kClasses, std::string key = "largest")
      : head_(head), key_(std::move(key)) {}

  HeadKind head() const override { return head_; }
  MetricSpecs metrics() const override { return {{"test/largest", "largest logit"}}; }
  std::string Key() const override { return key_; }
  absl::Status Check(const LabelledSequences& examples) const override {
    if (examples.size() > 11) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("want at least 12 examples, got ", examples.size()));
  }
  MetricScores Score(const LabelledSequences& examples, const at::Tensor& logits) const override {
    MetricScores scores;
    ExampleScores& largest = scores["test/largest"];
    for (int64_t e = 0; e < examples.size(); ++e) largest.sum.push_back(logits[e].max().item<double>());
    largest.count.assign(largest.sum.size(), 1);
    return scores;
  }
  std::string Answer(const LabelledSequences& examples, absl::Span<const double> logits) const override {
    return examples.classes[logits[1] > logits[0] ? 1 : 0];
  }

 private:
  const HeadKind head_;
  const std::string key_;
};

class TaskEvaluatorTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Evaluator>> Create(const std::string& kind) const {
    return TaskEvaluator::Create({TestTask(kind), split_, sequences_}, std::make_shared<LargestLogit>(head_, key_));
  }

  absl::StatusOr<std::shared_ptr<const HeldOutExamples>> Open(bool only_predicts = false) {
    const auto evaluator = Create("classes");
    return (*evaluator)->Open({*tokenizer_, &cache_, only_predicts});
  }

  std::string split_ = "report", key_ = "largest";
  int64_t sequences_ = 0;
  HeadKind head_ = HeadKind::kClasses;
  const std::unique_ptr<Tokenizer> tokenizer_ = testing::LetterTokenizer();
  DataCache cache_{::testing::TempDir(), /*threads=*/1};
};

TEST_F(TaskEvaluatorTest, SaysWhatItIsOf) {
  const auto evaluator = Create("classes");
  ASSERT_THAT(evaluator, IsOk());
  EXPECT_EQ((*evaluator)->needs().heads, std::set<HeadKind>{HeadKind::kClasses});
  EXPECT_EQ((*evaluator)->needs().longest_sequence, 16);
  EXPECT_EQ((*evaluator)->split(), "report");
  EXPECT_FALSE((*evaluator)->reads_teacher());
  EXPECT_THAT(*(*evaluator)->Classes(&cache_), ElementsAre("no", "yes"));
}

TEST_F(TaskEvaluatorTest, WantsDataOfItsKind) {
  EXPECT_THAT(Create("text"),
              IsInvalidArgument("data: want texts with one label each, for a head of kind classes, got corpus (test)"));
  EXPECT_THAT(Create("score"), IsInvalidArgument("data: want texts labelled for a head of kind classes, got test task "
                                                 "(score), labelled for one of kind score"));
  head_ = HeadKind::kScore;
  EXPECT_THAT(Create("score"), IsOk());
}

TEST_F(TaskEvaluatorTest, ScoresExamplesInTheOrderOfTheFile) {
  const auto examples = Open();
  ASSERT_THAT(examples, IsOk());
  const testing::TestTaskModel a(HeadKind::kClasses, 1), b(HeadKind::kClasses, 2);
  const auto scores = (*examples)->Score({a.view(), b.view()}, std::nullopt, at::kCPU);
  ASSERT_THAT(scores, SizeIs(2));
  EXPECT_THAT(scores[0].at("test/largest").sum, SizeIs(12));
  EXPECT_NE(scores[0].at("test/largest").sum, scores[1].at("test/largest").sum);
}

TEST_F(TaskEvaluatorTest, KeySaysExamplesSplitNumberAndMetrics) {
  const std::string key = (*Open())->Key(), measured_on = (*Open())->MeasuredOn();
  EXPECT_THAT(key, ::testing::EndsWith(measured_on));
  EXPECT_THAT(measured_on, ::testing::EndsWith(" report 12 largest"));
  key_ = "other";
  EXPECT_NE((*Open())->Key(), key);
  key_ = "largest";
  split_ = "train";
  EXPECT_NE((*Open())->Key(), key);
}

TEST_F(TaskEvaluatorTest, SomeExamplesAreChosenByTheirIds) {
  split_ = "test";
  sequences_ = 5;
  const testing::TestTaskModel model(HeadKind::kClasses, 1);
  const auto some = (*Open(/*only_predicts=*/true))->Predict(model.view(), at::kCPU);
  sequences_ = 0;
  const auto all = (*Open(/*only_predicts=*/true))->Predict(model.view(), at::kCPU);
  ASSERT_THAT(some, IsOk());
  ASSERT_THAT(*some, SizeIs(5));
  ASSERT_THAT(*all, SizeIs(12));
  size_t next = 0;  // In the order of the file.
  for (const Prediction& prediction : *all) {
    if (next < some->size() && prediction.id == (*some)[next].id) ++next;
  }
  EXPECT_EQ(next, some->size());
  EXPECT_NE((*some)[4].id, "test-4");  // Not the first ones.
}

TEST_F(TaskEvaluatorTest, HasTheTextsOfItsExamples) {
  const std::vector<ExampleText> all = (*Open())->Texts();
  ASSERT_THAT(all, SizeIs(12));
  EXPECT_EQ(all[3].id, "report-3");
  EXPECT_EQ(all[3].answer, "yes");
  EXPECT_EQ(std::count(all[3].text.begin(), all[3].text.end(), ' '), 3) << all[3].text;
}

TEST_F(TaskEvaluatorTest, WantsNoMoreExamplesThanThereAre) {
  sequences_ = 13;
  EXPECT_THAT(Open(), IsInvalidArgument("sequences: want at most the 12 of the split, got 13"));
}

TEST_F(TaskEvaluatorTest, WantsExamplesThatTheMetricsAreDefinedOn) {
  sequences_ = 11;
  EXPECT_THAT(Open(), IsInvalidArgument("want at least 12 examples, got 11"));
}

TEST_F(TaskEvaluatorTest, WithoutLabelsItOnlyPredicts) {
  split_ = "test";
  EXPECT_THAT(Open(), IsInvalidArgument("split: want examples with labels, got \"test\" of test task (classes), where "
                                        "they are missing; `bazel run //tools:evaluate -- --predictions=FOLDER`"));
  const auto examples = Open(/*only_predicts=*/true);
  ASSERT_THAT(examples, IsOk());
  const testing::TestTaskModel model(HeadKind::kClasses, 1);
  const auto predictions = (*examples)->Predict(model.view(), at::kCPU);
  ASSERT_THAT(predictions, IsOk());
  ASSERT_THAT(*predictions, SizeIs(12));
  EXPECT_EQ(predictions->front().id, "test-0");
  EXPECT_THAT(predictions->front().answer, ::testing::AnyOf("no", "yes"));
}

TEST_F(TaskEvaluatorTest, LogitsThatAreNotNumbersPredictNothing) {
  testing::TestTaskModel model(HeadKind::kClasses, 1);
  model.parameters().flat().fill_(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT((*Open())->Predict(model.view(), at::kCPU),
              IsInvalidArgument("example report-0: want a model whose logits are finite, got NaN or infinity"));
}

TEST(FillTaskData, IsThatOfTheStageUnlessItIsSaid) {
  google::protobuf::StringValue stage;
  stage.set_value("classes");
  Data taken, said = TestTask("score");
  FillTaskData(&stage, &taken);
  EXPECT_EQ(taken.plugin().value(), TestTask("classes").plugin().value());
  EXPECT_EQ(taken.plugin().type_url(), "type.googleapis.com/google.protobuf.StringValue");
  FillTaskData(&stage, &said);
  EXPECT_EQ(said.plugin().value(), TestTask("score").plugin().value());
}

TEST(CheckTaskEvaluator, NamesWhatIsMissing) {
  Problems problems;
  CheckTaskEvaluator("evaluation: ", {{}, "", -1}, &problems);
  EXPECT_THAT(std::string(problems.ToStatus().message()),
              ::testing::AllOf(::testing::HasSubstr("evaluation: data: want a data plugin, got none; linked: "),
                               ::testing::HasSubstr("evaluation: split: want the name of a split, got none"),
                               ::testing::HasSubstr("evaluation: sequences: want >= 0 (0: all), got -1")));
}

}  // namespace
}  // namespace retort
