// Options by which a student is trained as the released code of TinyBERT trains it.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "ATen/TensorOperators.h"
#include "ATen/ops/full_like.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;
using testing::SmallEncoder;

const std::string kMaskedLm = "loss { name: \"mlm\" masked_lm {} } ";
// The embeddings' squares over padding too.
const std::string kEmbeddings =
    "loss { name: \"hidden\" hidden_mse { embeddings: true padding: INCLUDED } } precision: FLOAT32 ";
// A step is the clipped gradient: m = g, v = g², and 1e6 · g / (|g| + 1e6) is g up to a millionth of g².
const std::string kPlainDescent = "adamw { learning_rate: 1e6 beta1: 0 beta2: 0 epsilon: 1e6 bias_correction: false } ";

const Encoder& Student() {
  static const auto* encoder = new Encoder(SmallEncoder(2));
  return *encoder;
}

std::unique_ptr<StudentTrainer> Make(const std::string& stage) {
  StudentOptions options;
  options.stage = testing::MakeStage(stage);
  options.seed = 7;
  options.total_steps = 4;
  const EncoderConfig teacher = SmallEncoder(3);
  Objective objective = testing::MakeObjective(options.stage, Student().config(), &teacher);
  ParameterSet initial = testing::RandomModel(Student().config(), options.seed, &objective);
  at::Tensor words = initial.Get("embeddings.word");
  words[0].fill_(0.5);
  auto student = StudentTrainer::Create(Student(), std::move(objective), initial, options);
  EXPECT_THAT(student, IsOk());
  return *std::move(student);
}

void AddGradient(StudentTrainer* student) {
  const Batch batch = testing::WholeBatch(testing::RandomStep(1));
  TeacherOutputs teacher;
  const Capture read = student->objective().teacher();
  for (int layer : read.hidden) {
    teacher.model.hidden[layer] =
        testing::RandomTensor({batch.sequences(), batch.positions(), 8}, 5 + layer, at::kFloat);
  }
  student->StartStep({batch.masks});
  ASSERT_THAT(student->AddGradient(batch, 0, &teacher), IsOk());
}

TEST(StudentOptions, EveryParameterIsClippedByItself) {
  constexpr double kLimit = 0.2;
  auto student = Make(kMaskedLm + kPlainDescent + "clip_tensor_norm: 0.2");
  AddGradient(student.get());
  const ParameterSet before = student->parameters().To(at::kFloat, c10::Device(at::kCPU));
  const at::Tensor gradient = student->parameters().flat_gradient().clone();
  const auto result = testing::UpdateAndFetch(1, student.get());
  ASSERT_THAT(result, IsOk());
  EXPECT_TRUE(result->clipped);
  int clipped = 0;
  for (const ParameterSpec& spec : before.specs()) {
    const at::Tensor g = gradient.narrow(0, before.Offset(spec.name), spec.size()).view(spec.shape);
    const double factor = std::min(1.0, kLimit / (g.norm().item<double>() + 1e-6));
    clipped += factor < 1;
    EXPECT_THAT(student->parameters().Get(spec.name), IsCloseTo(before.Get(spec.name) - factor * g, 1e-5)) << spec.name;
  }
  EXPECT_GT(clipped, 0);
  EXPECT_LT(clipped, static_cast<int>(before.specs().size())) << "the limit is below all norms: no test of the others";
  EXPECT_NEAR(result->gradient_norm, gradient.norm().item<double>(), 1e-5) << "before clipping";
}

TEST(StudentOptions, ALimitThatNoParameterReachesClipsNothing) {
  auto free = Make(kMaskedLm + kPlainDescent), limited = Make(kMaskedLm + kPlainDescent + "clip_tensor_norm: 1e6");
  for (StudentTrainer* student : {free.get(), limited.get()}) {
    AddGradient(student);
    const auto result = testing::UpdateAndFetch(1, student);
    ASSERT_THAT(result, IsOk());
    EXPECT_FALSE(result->clipped);
  }
  EXPECT_TRUE(limited->parameters().flat().equal(free->parameters().flat()));
}

// lr · 0.1 g / (√0.001 |g| + ε).
TEST(StudentOptions, WithoutBiasCorrectionTheFirstStepsAreBertAdams) {
  auto student = Make(kMaskedLm + "adamw { learning_rate: 0.01 epsilon: 1e-3 bias_correction: false }");
  AddGradient(student.get());
  const at::Tensor before = student->parameters().flat().detach().clone();
  const at::Tensor g = student->parameters().flat_gradient().clone();
  ASSERT_THAT(testing::UpdateAndFetch(1, student.get()), IsOk());
  const at::Tensor step = 0.01 * 0.1 * g / (std::sqrt(0.001) * g.abs() + 1e-3);
  EXPECT_THAT(student->parameters().flat(), IsCloseTo(before - step, 1e-6));
}

TEST(StudentOptions, PaddingThatIsFrozenDecaysAndGetsNoGradient) {
  const std::string stage = kEmbeddings + "adamw { learning_rate: 0.1 weight_decay: 0.5 } ";
  auto free = Make(stage), frozen = Make(stage + "freeze: \"padding_embedding\"");
  for (StudentTrainer* student : {free.get(), frozen.get()}) AddGradient(student);
  const at::Tensor of_free = free->parameters().Gradient("embeddings.word"),
                   of_frozen = frozen->parameters().Gradient("embeddings.word");
  EXPECT_GT(of_free[0].abs().max().item<float>(), 0);
  EXPECT_EQ(of_frozen[0].abs().max().item<float>(), 0);
  EXPECT_TRUE(of_frozen.slice(0, 1).equal(of_free.slice(0, 1)));

  ASSERT_THAT(testing::UpdateAndFetch(1, frozen.get()), IsOk());
  const at::Tensor padding = frozen->parameters().Get("embeddings.word")[0].detach();
  EXPECT_THAT(padding, IsCloseTo(at::full_like(padding, 0.5 * (1 - 0.1 * 0.5)), 1e-6));
}

}  // namespace
}  // namespace retort
