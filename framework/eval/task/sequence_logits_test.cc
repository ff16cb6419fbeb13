#include "framework/eval/task/sequence_logits.h"

#include <optional>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/allclose.h"
#include "framework/data/data_cache.h"
#include "framework/data/examples/task_data.h"
#include "framework/data/sequences/test_store.h"
#include "framework/data/training_data.h"
#include "framework/eval/task/test_task.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

std::shared_ptr<const LabelledSequences> Report(const std::string& kind) {
  const auto plugin = TrainingDataRegistry::Global().Create(testing::TestTask(kind).plugin(), {});
  DataCache cache(::testing::TempDir(), /*threads=*/1);
  const auto* task = dynamic_cast<const TaskData*>(plugin->get());
  return *task->Sequences("report", *testing::LetterTokenizer(), &cache);
}

// The logits of each example in a batch of its own.
at::Tensor OneByOne(const EvaluatedModel& model, HeadKind head, const LabelledSequences& examples) {
  return SequenceLogits({model}, head, examples, at::kCPU, /*most_positions=*/1).front();
}

TEST(SequenceLogits, StandInTheOrderOfTheExamples) {
  const auto examples = Report("classes");
  const testing::TestTaskModel a(HeadKind::kClasses, 1), b(HeadKind::kClasses, 2);
  const auto logits = SequenceLogits({a.view(), b.view()}, HeadKind::kClasses, *examples, at::kCPU);
  ASSERT_EQ(logits.size(), 2u);
  ASSERT_EQ(logits[0].sizes(), at::IntArrayRef({examples->size(), 2}));
  EXPECT_EQ(logits[0].scalar_type(), at::kDouble);
  EXPECT_TRUE(at::allclose(logits[0], OneByOne(a.view(), HeadKind::kClasses, *examples), 1e-5, 1e-5));
  EXPECT_TRUE(at::allclose(logits[1], OneByOne(b.view(), HeadKind::kClasses, *examples), 1e-5, 1e-5));

  Capture capture;
  capture.logits.insert({HeadKind::kClasses, RowSet::kSequences});
  for (int64_t e : {0, 11}) {
    const std::vector<int64_t> place{e};
    const Batch batch = examples->Step(place, 0).Slice(0, 1, at::kCPU);
    const Encoder& encoder = *a.view().encoder;
    const at::Tensor hidden =
        encoder.Forward(*a.view().parameters, batch, capture, std::nullopt).hidden.at(encoder.config().depth());
    const at::Tensor wanted =
        encoder.head(HeadKind::kClasses).BatchLogits(*a.view().parameters, batch, hidden, std::nullopt);
    EXPECT_TRUE(at::allclose(logits[0][e], wanted[0].to(at::kDouble), 1e-5, 1e-5)) << e;
  }
}

TEST(SequenceLogits, OfScoresAreOneNumber) {
  const auto examples = Report("score");
  const testing::TestTaskModel model(HeadKind::kScore, 1);
  const auto logits = SequenceLogits({model.view()}, HeadKind::kScore, *examples, at::kCPU);
  EXPECT_EQ(logits[0].sizes(), at::IntArrayRef({examples->size(), 1}));
  EXPECT_TRUE(at::allclose(logits[0], OneByOne(model.view(), HeadKind::kScore, *examples), 1e-5, 1e-5));
}

TEST(SequenceLogits, DoNotDependOnOtherModels) {
  const auto examples = Report("classes");
  const testing::TestTaskModel a(HeadKind::kClasses, 1), b(HeadKind::kClasses, 2);
  const auto both = SequenceLogits({b.view(), a.view()}, HeadKind::kClasses, *examples, at::kCPU);
  const auto alone = SequenceLogits({a.view()}, HeadKind::kClasses, *examples, at::kCPU);
  EXPECT_TRUE(both[1].equal(alone[0]));
}

}  // namespace
}  // namespace retort
