#include "framework/train/student/student_trainer.h"

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/full_like.h"
#include "ATen/ops/zeros_like.h"
#include "framework/batch/micro_batches.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/host_reads.h"
#include "framework/testing/matchers.h"
#include "framework/train/student/test_plain_loop.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using testing::IsCloseTo;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::kTripleLoss;
using testing::PlainLoop;
using testing::SmallEncoder;
using testing::StatusIs;

// A large epsilon: with Adam's usual one, the update of a parameter whose gradient is rounding alone (the bias of the
// keys) would be as large as any other.
const std::string kOptimizer = "adamw { learning_rate: 0.01 epsilon: 1e-3 weight_decay: 0.1 } ";
constexpr int64_t kTotalSteps = 6;

const Encoder& Teacher() {
  static const auto* encoder = new Encoder(SmallEncoder(3));
  return *encoder;
}

const ParameterSet& TeacherParameters() {
  static const auto* parameters = new ParameterSet(testing::RandomModel(Teacher().config(), 100));
  return *parameters;
}

const Encoder& Student() {
  static const auto* encoder = new Encoder(SmallEncoder(2));
  return *encoder;
}

StudentOptions Options(const std::string& stage, c10::ScalarType precision = at::kFloat) {
  StudentOptions options;
  options.stage = testing::MakeStage(stage);
  options.seed = 7;
  options.precision = precision;
  options.total_steps = kTotalSteps;
  return options;
}

std::unique_ptr<StudentTrainer> Make(const std::string& stage, c10::ScalarType precision = at::kFloat) {
  return testing::MakeStudent(Student(), &Teacher().config(), Options(stage, precision));
}

TeacherOutputs Teach(const StudentTrainer& student, const Batch& batch) {
  at::NoGradGuard no_grad;
  const ParameterSet parameters = TeacherParameters().To(student.options().precision, c10::Device(at::kCPU));
  const Objective& objective = student.objective();
  TeacherOutputs outputs;
  outputs.model = Teacher().Forward(parameters, batch, objective.teacher(), std::nullopt);
  for (const HeadRows& rows : objective.teacher().logits) {
    outputs.logits[rows] =
        TeacherLogits(Teacher(), parameters, batch, outputs.model.hidden.at(Teacher().config().depth()), rows,
                      student.options().stage.row_chunk());
  }
  return outputs;
}

// Everything of a step but the update.
void AddGradients(const StepBatch& step, int micro_batches, StudentTrainer* student) {
  std::vector<BatchMasks> masks;
  const auto slices = MicroBatches(static_cast<int64_t>(step.sequences.size()), micro_batches);
  for (const SequenceRange& slice : slices) masks.push_back(step.Masks(slice.begin, slice.end));
  student->StartStep(masks);
  for (size_t i = 0; i < slices.size(); ++i) {
    const Batch batch = step.Slice(slices[i].begin, slices[i].end, at::kCPU);
    const TeacherOutputs teacher = Teach(*student, batch);
    ASSERT_THAT(student->AddGradient(batch, static_cast<int>(i), &teacher), IsOk());
  }
}

UpdateResult RunStep(int64_t step, int micro_batches, StudentTrainer* student) {
  AddGradients(testing::RandomStep(step), micro_batches, student);
  const auto result = testing::UpdateAndFetch(step, student);
  EXPECT_THAT(result, IsOk());
  return result.ok() ? *result : UpdateResult();
}

TEST(StudentTrainer, StepsAsAPlainTrainingLoop) {
  auto student = Make(kTripleLoss + kOptimizer + "linear { warmup: 0.5 } clip_norm: 2 row_chunk: 5");
  PlainLoop plain(*student, Student(), Teacher(), TeacherParameters());
  bool clipped = false;
  for (int64_t step = 1; step <= 3; ++step) {
    SCOPED_TRACE(step);
    const double learning_rate = 0.01 * static_cast<double>(step) / 3;  // Warm-up over three of six steps.
    const UpdateResult expected = plain.Step(step, learning_rate, 2);
    const UpdateResult got = RunStep(step, 2, student.get());
    EXPECT_NEAR(got.learning_rate, learning_rate, 1e-15);
    EXPECT_NEAR(got.gradient_norm, expected.gradient_norm, 1e-5 * expected.gradient_norm);
    EXPECT_NEAR(got.loss, expected.loss, 1e-5 * expected.loss);
    for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(got.values[i], expected.values[i], 1e-5 * expected.values[i]);
    EXPECT_EQ(got.clipped, expected.gradient_norm > 2);
    clipped = clipped || got.clipped;
    for (const ParameterSpec& spec : student->parameters().specs()) {
      EXPECT_THAT(student->parameters().Get(spec.name), IsCloseTo(plain.parameters().Get(spec.name), 1e-5))
          << spec.name;
    }
  }
  EXPECT_TRUE(clipped) << "the limit is never reached: the test does not see clipping";
}

// The gradient of a step of random dropout, uneven lengths and uneven numbers of labels.
at::Tensor GradientOf(const std::string& stage, int micro_batches) {
  auto student = Make(stage);
  AddGradients(testing::RandomStep(1), micro_batches, student.get());
  return student->parameters().flat_gradient().clone();
}

double RelativeDistance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).norm().item<double>() / b.norm().item<double>();
}

TEST(StudentTrainer, MicroBatchesGiveTheSameStep) {
  const std::string stage =
      kTripleLoss + std::string("loss { name: \"attention\" attention_mse { mapping { top {} } } }");
  const at::Tensor whole = GradientOf(stage, 1);
  ASSERT_GT(whole.norm().item<double>(), 0);
  for (int micro_batches : {2, 4, 6}) {
    EXPECT_LT(RelativeDistance(GradientOf(stage, micro_batches), whole), 1e-6) << micro_batches;
  }
}

TEST(StudentTrainer, MicroBatchesGiveTheSameValuesAndParameters) {
  auto whole = Make(kTripleLoss + kOptimizer), sliced = Make(kTripleLoss + kOptimizer);
  for (int64_t step = 1; step <= 2; ++step) {
    const UpdateResult expected = RunStep(step, 1, whole.get()), got = RunStep(step, 4, sliced.get());
    EXPECT_NEAR(got.loss, expected.loss, 1e-6 * expected.loss);
    EXPECT_LT(RelativeDistance(sliced->parameters().flat(), whole->parameters().flat()), 1e-6);
  }
}

// Published scripts average the means of their micro-batches.
TEST(StudentTrainer, PerMicroBatchAveragesTheMeansOfMicroBatches) {
  const std::string stage = kTripleLoss;
  const StepBatch step = testing::RandomStep(1);
  at::Tensor mean = at::zeros_like(Make(stage)->parameters().flat());
  for (const SequenceRange& slice : MicroBatches(6, 3)) {
    auto student = Make(stage);
    const Batch batch = step.Slice(slice.begin, slice.end, at::kCPU);
    const TeacherOutputs teacher = Teach(*student, batch);
    student->StartStep({step.Masks(slice.begin, slice.end)});
    ASSERT_THAT(student->AddGradient(batch, 0, &teacher), IsOk());
    mean = mean + student->parameters().flat_gradient() / 3;
  }
  EXPECT_LT(RelativeDistance(GradientOf(stage + "normalization: PER_MICRO_BATCH", 3), mean), 1e-6);
  EXPECT_GT(RelativeDistance(GradientOf(stage, 3), mean), 1e-3)
      << "the two rules agree: the test cannot tell them apart";
}

TEST(StudentTrainer, CountsRunOverTheWholeStep) {
  auto student = Make(kTripleLoss);
  const UpdateResult result = RunStep(1, 4, student.get());
  // Lengths 9, 4, 12, 7, 3, 9; a label at every third position from the second on.
  EXPECT_EQ(result.counts, (std::vector<double>{44, 44, 3 + 1 + 4 + 2 + 1 + 3}));
}

TEST(StudentTrainer, AStepWithoutLabelsAddsNothing) {
  auto student = Make("loss { name: \"mlm\" masked_lm {} } " + kOptimizer);
  StepBatch step = testing::RandomStep(1);
  for (StepSequence& sequence : step.sequences) {
    sequence.labels.assign(sequence.labels.size(), static_cast<int32_t>(kNoLabel));
  }
  AddGradients(step, 2, student.get());
  EXPECT_EQ(student->parameters().flat_gradient().abs().max().item<float>(), 0);
  const auto result = testing::UpdateAndFetch(1, student.get());
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->values, std::vector<double>{0});
}

TEST(StudentTrainer, LeavesFrozenParametersAsTheyAre) {
  auto student = Make(kTripleLoss + kOptimizer + "freeze: \"position_embeddings\" freeze: \"word_embeddings\"");
  const at::Tensor before = student->parameters().flat().detach().clone();
  const std::set<std::string> frozen = {"embeddings.position", "embeddings.word"};
  for (int64_t step = 1; step <= 2; ++step) {
    const UpdateResult result = RunStep(step, 1, student.get());
    double squares = 0;
    for (const ParameterSpec& spec : student->parameters().specs()) {
      if (frozen.count(spec.name) > 0) continue;
      const double norm = student->parameters().Gradient(spec.name).norm().item<double>();
      squares += norm * norm;
    }
    EXPECT_NEAR(result.gradient_norm, std::sqrt(squares), 1e-5 * result.gradient_norm) << "frozen ones do not count";
  }
  for (const ParameterSpec& spec : student->parameters().specs()) {
    const int64_t offset = student->parameters().Offset(spec.name);
    const bool same =
        student->parameters().flat().narrow(0, offset, spec.size()).equal(before.narrow(0, offset, spec.size()));
    EXPECT_EQ(same, frozen.count(spec.name) > 0) << spec.name;
  }
}

TEST(StudentTrainer, FreezeNamesWhatTheStudentHas) {
  auto create = [](const std::string& word, const EncoderConfig& config) {
    const Encoder encoder(config);
    const StudentOptions options = Options(kTripleLoss + ("freeze: \"" + word + "\""));
    Objective objective = testing::MakeObjective(options.stage, config, &Teacher().config());
    return StudentTrainer::Create(encoder, std::move(objective), testing::RandomModel(config, 1), options).status();
  };
  EncoderConfig bare = SmallEncoder(2);
  bare.token_types = 0;
  EXPECT_THAT(create("token_type_embeddings", SmallEncoder(2)), IsOk());
  EXPECT_THAT(create("token_type_embeddings", bare), IsInvalidArgument("freeze: want position_embeddings"));
  EXPECT_THAT(create("pooler", SmallEncoder(2)), IsInvalidArgument("got \"pooler\""));
  EXPECT_THAT(create("layers.1-2", SmallEncoder(2)), IsOk());
  EXPECT_THAT(create("layers.1-3", SmallEncoder(2)), IsInvalidArgument("of this student, got \"layers.1-3\""));
}

TEST(FrozenParameters, AreThoseOfLayersAndOfAllEmbeddings) {
  Stage stage;
  stage.add_freeze("embeddings");
  stage.add_freeze("layers.2");
  const auto frozen = FrozenParameters(stage, EncoderParameterSpecs(SmallEncoder(2)));
  ASSERT_THAT(frozen, IsOk());
  for (const ParameterSpec& spec : EncoderParameterSpecs(SmallEncoder(2))) {
    const bool wanted = spec.name.rfind("embeddings.", 0) == 0 || spec.name.rfind("layer.2.", 0) == 0;
    EXPECT_EQ(frozen->count(spec.name) > 0, wanted) << spec.name;
  }
}

TEST(StudentTrainer, TrainsTheParametersOfItsTerms) {
  auto student = Make("loss { name: \"hidden\" hidden_mse { mapping { top {} } projection: SHARED } } " + kOptimizer);
  std::vector<std::string> names;
  for (const ParameterSpec& spec : student->objective().parameters()) names.push_back(spec.name);
  ASSERT_EQ(names.size(), 1u);
  const at::Tensor before = student->parameters().Get(names[0]).detach().clone();
  RunStep(1, 2, student.get());
  EXPECT_GT(student->parameters().Gradient(names[0]).norm().item<double>(), 0);
  EXPECT_FALSE(student->parameters().Get(names[0]).equal(before));
}

TEST(StudentTrainer, Bfloat16KeepsFloat32MasterWeights) {
  // Steps this small vanish when they are added to a bfloat16 number: its next neighbour is a 256th away.
  const std::string stage = std::string(kTripleLoss) + "adamw { learning_rate: 1e-5 }";
  auto rounded = Make(stage, at::kBFloat16), exact = Make(stage);
  const at::Tensor before = exact->parameters().flat().detach().clone();
  EXPECT_TRUE(rounded->parameters().flat().equal(before));
  for (int64_t step = 1; step <= 3; ++step) {
    const UpdateResult expected = RunStep(step, 2, exact.get()), got = RunStep(step, 2, rounded.get());
    EXPECT_NEAR(got.loss, expected.loss, 0.03 * expected.loss);
    EXPECT_NEAR(got.gradient_norm, expected.gradient_norm, 0.1 * expected.gradient_norm);
  }
  EXPECT_EQ(rounded->parameters().flat().scalar_type(), at::kFloat);
  const at::Tensor moved = rounded->parameters().flat() - before;
  EXPECT_GT(moved.abs().max().item<float>(), 2e-5);
  EXPECT_LT(moved.abs().max().item<float>(), 4e-5);
  EXPECT_LT(RelativeDistance(moved, exact->parameters().flat().detach() - before), 0.3);
}

class StudentTrainerState : public ::testing::TestWithParam<c10::ScalarType> {};

TEST_P(StudentTrainerState, RestoredGoesOnWithTheSameBits) {
  const std::string stage = kTripleLoss + kOptimizer + "cosine { warmup: 0.2 }";
  auto student = Make(stage, GetParam());
  for (int64_t step = 1; step <= 2; ++step) RunStep(step, 2, student.get());
  const StudentTrainer::OptimizerState state = student->state();
  const StudentTrainer::OptimizerState copy = {state.parameters.detach().clone(), state.first_moment.clone(),
                                               state.second_moment.clone()};
  for (int64_t step = 3; step <= 5; ++step) RunStep(step, 2, student.get());

  auto other = Make(stage, GetParam());
  RunStep(1, 1, other.get());  // What it had is overwritten.
  other->Restore(copy);
  for (int64_t step = 3; step <= 5; ++step) RunStep(step, 2, other.get());
  EXPECT_TRUE(other->parameters().flat().equal(student->parameters().flat()));
  EXPECT_TRUE(other->state().second_moment.equal(student->state().second_moment));
}

INSTANTIATE_TEST_SUITE_P(Precisions, StudentTrainerState, ::testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& info) { return info.param == at::kFloat ? "Float32" : "Bfloat16"; });

TEST(StudentTrainer, ALossThatIsNotFiniteEndsTheTrainingBeforeTheStep) {
  auto student = Make(kTripleLoss + kOptimizer);
  RunStep(1, 1, student.get());
  const StudentTrainer::OptimizerState state = student->state();
  const at::Tensor parameters = state.parameters.detach().clone(), moment = state.first_moment.clone();

  const Batch batch = testing::WholeBatch(testing::RandomStep(2));
  TeacherOutputs teacher = Teach(*student, batch);
  at::Tensor& logits = teacher.logits.at({HeadKind::kVocabulary, RowSet::kReal}).front();
  logits = at::full_like(logits, std::numeric_limits<double>::quiet_NaN());
  student->StartStep({batch.masks});
  ASSERT_THAT(student->AddGradient(batch, 0, &teacher), IsOk());
  EXPECT_THAT(testing::UpdateAndFetch(2, student.get()),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("step 2: loss \"ce\": want a finite value, got nan")));
  EXPECT_TRUE(student->parameters().flat().equal(parameters));
  EXPECT_TRUE(student->state().first_moment.equal(moment));
}

// All that a student computes in a step, for what the host reads of it.
std::vector<std::string> ReadsOfAStep(const std::string& stage) {
  auto student = Make(stage);
  const Batch batch = testing::WholeBatch(testing::RandomStep(1));
  const TeacherOutputs teacher = Teach(*student, batch);
  const testing::HostReads reads;
  student->StartStep({batch.masks});
  EXPECT_THAT(student->AddGradient(batch, 0, &teacher), IsOk());
  student->Update(1);
  return reads.operations();
}

TEST(StudentTrainer, AStepDoesNotAskForValues) {
  for (const std::string& stage : {
           kTripleLoss + kOptimizer + "clip_norm: 1",
           kTripleLoss + kOptimizer + "clip_tensor_norm: 1 freeze: \"padding_embedding\"",
           // The kernel has one temperature: the second term is computed by itself, of some of the first one's rows.
           kTripleLoss + std::string("loss { name: \"warm\" soft_targets { temperature: 5 rows: LABELLED } } ") +
               kOptimizer,
           "loss { name: \"mlm\" masked_lm {} } " + kOptimizer,
           "loss { name: \"attention\" attention_mse { mapping { top {} } } } " + kOptimizer,
       }) {
    EXPECT_THAT(ReadsOfAStep(stage), ::testing::IsEmpty()) << stage;
  }
}

TEST(StudentTrainer, ResultsOfSeveralStepsAreThoseOfEach) {
  const std::string stage = kTripleLoss + kOptimizer + "linear { warmup: 0.5 } clip_norm: 2";
  auto one_by_one = Make(stage), together = Make(stage);
  std::vector<UpdateResult> expected;
  for (int64_t step = 1; step <= 3; ++step) {
    expected.push_back(RunStep(step, 1, one_by_one.get()));
    AddGradients(testing::RandomStep(step), 1, together.get());
    together->Update(step);
  }
  const UpdateResults got = together->FetchResults();
  ASSERT_THAT(got.status, IsOk());
  ASSERT_EQ(got.steps.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(got.steps[i].step, expected[i].step);
    EXPECT_EQ(got.steps[i].counts, expected[i].counts);
    EXPECT_EQ(got.steps[i].values, expected[i].values);
    EXPECT_EQ(got.steps[i].loss, expected[i].loss);
    EXPECT_EQ(got.steps[i].gradient_norm, expected[i].gradient_norm);
    EXPECT_EQ(got.steps[i].clipped, expected[i].clipped);
    EXPECT_EQ(got.steps[i].learning_rate, expected[i].learning_rate);
  }
  EXPECT_TRUE(together->parameters().flat().equal(one_by_one->parameters().flat()));
  EXPECT_TRUE(together->FetchResults().steps.empty()) << "they were fetched";
}

// Step 2 has a logit that is not a number; step 3 is sound, and computed before anybody looks.
TEST(StudentTrainer, NoStepIsTakenAfterOneThatIsNotFinite) {
  auto student = Make(kTripleLoss + kOptimizer);
  const auto run = [&](int64_t step, bool sound) {
    const Batch batch = testing::WholeBatch(testing::RandomStep(step));
    TeacherOutputs teacher = Teach(*student, batch);
    at::Tensor& logits = teacher.logits.at({HeadKind::kVocabulary, RowSet::kReal}).front();
    if (!sound) logits = at::full_like(logits, std::numeric_limits<double>::quiet_NaN());
    student->StartStep({batch.masks});
    ASSERT_THAT(student->AddGradient(batch, 0, &teacher), IsOk());
    student->Update(step);
  };
  run(1, true);
  const at::Tensor parameters = student->parameters().flat().detach().clone();
  run(2, false);
  run(3, true);
  const UpdateResults results = student->FetchResults();
  EXPECT_EQ(results.steps.size(), 1u);
  EXPECT_THAT(results.status, StatusIs(absl::StatusCode::kAborted, HasSubstr("step 2: loss \"ce\"")));
  EXPECT_TRUE(student->parameters().flat().equal(parameters));

  const StudentTrainer::OptimizerState state = student->state();
  student->Restore({state.parameters.detach().clone(), state.first_moment.clone(), state.second_moment.clone()});
  run(2, true);
  EXPECT_THAT(student->FetchResults().status, IsOk());
  EXPECT_FALSE(student->parameters().flat().equal(parameters)) << "it trains on from what is restored";
}

TEST(StudentTrainer, AGradientThatIsNotFiniteEndsTheTrainingBeforeTheStep) {
  auto student = Make("loss { name: \"mlm\" weight: 1e300 masked_lm {} } " + kOptimizer);
  const at::Tensor parameters = student->parameters().flat().detach().clone();
  AddGradients(testing::RandomStep(1), 1, student.get());
  EXPECT_THAT(
      testing::UpdateAndFetch(1, student.get()),
      StatusIs(absl::StatusCode::kAborted, HasSubstr("step 1: norm of the gradient: want a finite value, got ")));
  EXPECT_TRUE(student->parameters().flat().equal(parameters));
}

}  // namespace
}  // namespace retort
