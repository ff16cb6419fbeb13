// TinyBERT's stages with the settings of its released code and of its paper, against that code (make_goldens.py).

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/core/grad_mode.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/batch/batch.h"
#include "framework/batch/step_batch.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"
#include "framework/model/parameter_set.h"
#include "framework/testing/matchers.h"
#include "framework/train/objective/objective.h"
#include "framework/train/objective/row_head.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;

constexpr char kFolder[] = "tests/golden/tinybert/";
constexpr int64_t kSteps = 20, kTotalSteps = 25;  // Of the goldens, and of the schedule.
constexpr int64_t kRowChunk = 512;
constexpr double kTolerance = 1e-5;

// BertAdam with the settings of the released scripts, but for a rate at which 20 steps move the student.
constexpr char kBertAdam[] =
    "adamw { learning_rate: 1e-3 epsilon: 1e-6 weight_decay: 0.01 bias_correction: false } clip_tensor_norm: 1 "
    "freeze: \"padding_embedding\" ";
constexpr char kWarmupLinear[] = "linear { warmup: 0.1 from_zero: true } ";
constexpr char kReleasedLayers[] =
    "loss { name: \"attention\" attention_mse { mapping { uniform {} } padding: INCLUDED } } "
    "loss { name: \"hidden\" hidden_mse { embeddings: true mapping { uniform {} } projection: SHARED bias: true "
    "padding: INCLUDED } } ";
constexpr char kPaper[] =
    "loss { name: \"attention\" attention_mse { mapping { uniform {} } } } "
    "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } projection: SHARED } } "
    "loss { name: \"embeddings\" hidden_mse { embeddings: true projection: SHARED } } "
    "loss { name: \"soft\" soft_targets { temperature: 1 } } ";

LoadedModel Load(const std::string& name) {
  absl::StatusOr<LoadedModel> model = LoadModel(kFolder + name);
  EXPECT_THAT(model, IsOk());
  return *std::move(model);
}

class TinyBertGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    auto file = SafetensorsFile::Open(absl::StrCat(kFolder, "goldens.safetensors"));
    ASSERT_THAT(file, IsOk());
    goldens_ = *std::move(file);
  }

  at::Tensor Golden(const std::string& name) const {
    const absl::StatusOr<at::Tensor> values = goldens_->Read(name);
    EXPECT_THAT(values, IsOk());
    return *values;
  }

  // Of step 1 and so on.
  Batch RecordedBatch(int64_t step) const {
    const auto of_step = [&](const char* name) { return Golden(absl::StrCat("batch/", name))[step - 1]; };
    const at::Tensor ids = of_step("ids"), types = of_step("token_types"), valid = of_step("valid");
    const at::Tensor classes = of_step("classes"), scores = of_step("scores");
    StepBatch batch;
    for (int64_t b = 0; b < ids.size(0); ++b) {
      StepSequence sequence;
      for (int64_t s = 0; s < valid[b].sum().item<int64_t>(); ++s) {
        sequence.ids.push_back(ids[b][s].item<int32_t>());
        sequence.token_types.push_back(types[b][s].item<int32_t>());
      }
      sequence.labels.assign(sequence.ids.size(), static_cast<int32_t>(kNoLabel));
      sequence.class_label = classes[b].item<int64_t>();
      sequence.score = scores[b].item<float>();
      batch.sequences.push_back(std::move(sequence));
    }
    return batch.Slice(0, ids.size(0), at::kCPU);
  }

  // The student of a folder with this objective, its projections as the goldens begin with.
  std::unique_ptr<StudentTrainer> MakeStudent(const std::string& folder, const std::string& stage) {
    const LoadedModel start = Load(folder);
    student_ = std::make_unique<Encoder>(start.config);
    StudentOptions options;
    options.stage = testing::MakeStage(stage);
    options.total_steps = kTotalSteps;
    Objective objective = testing::MakeObjective(options.stage, start.config, &teacher_.config);
    std::vector<ParameterSpec> specs = EncoderParameterSpecs(start.config);
    for (const ParameterSpec& spec : objective.parameters()) specs.push_back(spec);
    ParameterSet initial(std::move(specs), at::kFloat, c10::Device(at::kCPU));
    for (const ParameterSpec& spec : initial.specs()) {
      const at::Tensor values = start.parameters.Has(spec.name)        ? start.parameters.Get(spec.name)
                                : absl::EndsWith(spec.name, ".weight") ? Golden("projection/weight")
                                                                       : Golden("projection/bias");
      EXPECT_THAT(initial.Set(spec.name, values), IsOk());
    }
    auto student = StudentTrainer::Create(*student_, std::move(objective), initial, options);
    EXPECT_THAT(student, IsOk());
    return *std::move(student);
  }

  TeacherOutputs Teach(const Objective& objective, const Batch& batch) const {
    const at::NoGradGuard no_grad;
    const Encoder encoder(teacher_.config);
    TeacherOutputs outputs;
    outputs.model = encoder.Forward(teacher_.parameters, batch, objective.teacher(), std::nullopt);
    for (const HeadRows& rows : objective.teacher().logits) {
      outputs.logits[rows] = TeacherLogits(encoder, teacher_.parameters, batch,
                                           outputs.model.hidden.at(teacher_.config.depth()), rows, kRowChunk);
    }
    return outputs;
  }

  UpdateResult RunStep(int64_t step, StudentTrainer* student) const {
    const Batch batch = RecordedBatch(step);
    const TeacherOutputs teacher = Teach(student->objective(), batch);
    student->StartStep({batch.masks});
    EXPECT_THAT(student->AddGradient(batch, 0, &teacher), IsOk());
    const absl::StatusOr<UpdateResult> result = testing::UpdateAndFetch(step, student);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *result : UpdateResult();
  }

  // Takes the goldens' steps and compares every term's value. Those of terms are `factor` · value + offset by step.
  // Returns whether a step was clipped.
  bool ExpectCurves(const std::string& stage, StudentTrainer* student, double factor = 1,
                    const at::Tensor& offset = {}) const {
    bool clipped = false;
    for (int64_t step = 1; step <= kSteps; ++step) {
      const UpdateResult result = RunStep(step, student);
      clipped = clipped || result.clipped;
      for (size_t i = 0; i < result.values.size(); ++i) {
        const std::string name = absl::StrCat(stage, "/loss/", student->objective().terms()[i].name);
        const double want = Golden(name)[step - 1].item<double>();
        const double above = offset.defined() ? offset[step - 1].item<double>() : 0;
        EXPECT_NEAR(factor * result.values[i] + above, want, kTolerance * want) << name << ", step " << step;
      }
    }
    return clipped;
  }

  // Compares the student after the goldens' steps, but for parameters that begin with one of `unread`: those that no
  // loss reads have no gradient in PyTorch, so that BertAdam leaves them alone; here they decay.
  void ExpectStudent(const std::string& stage, const StudentTrainer& student, const std::string& start_folder,
                     const std::vector<std::string>& unread) const {
    const LoadedModel want = Load(stage + "_student"), start = Load(start_folder);
    double moved = 0;
    for (const ParameterSpec& spec : want.parameters.specs()) {
      bool skip = false;
      for (const std::string& prefix : unread) skip = skip || absl::StartsWith(spec.name, prefix);
      if (skip) continue;
      const at::Tensor& values = want.parameters.Get(spec.name);
      EXPECT_THAT(student.parameters().Get(spec.name), IsCloseTo(values, kTolerance)) << spec.name;
      moved = std::fmax(moved, (values - start.parameters.Get(spec.name)).abs().max().item<double>());
    }
    EXPECT_GT(moved, 1e-3) << "the student did not move: nothing was compared";
  }

  void ExpectProjection(const std::string& stage, const StudentTrainer& student) const {
    for (const std::string part : {"weight", "bias"}) {
      EXPECT_THAT(student.parameters().Get("loss.hidden.projection." + part),
                  IsCloseTo(Golden(absl::StrCat(stage, "/projection/", part)), kTolerance));
    }
  }

  const LoadedModel teacher_ = Load("teacher");
  std::unique_ptr<SafetensorsFile> goldens_;
  std::unique_ptr<Encoder> student_;
};

TEST_F(TinyBertGolden, GeneralDistillationIsTheReleasedCodes) {
  auto student = MakeStudent("student", absl::StrCat(kReleasedLayers, kBertAdam, kWarmupLinear));
  EXPECT_TRUE(ExpectCurves("general", student.get()));
  ExpectStudent("general", *student, "student", {"head.", "pooler."});
  ExpectProjection("general", *student);
}

TEST_F(TinyBertGolden, IntermediateDistillationIsTheReleasedCodes) {
  auto student = MakeStudent("student", absl::StrCat(kReleasedLayers, kBertAdam));
  EXPECT_TRUE(ExpectCurves("intermediate", student.get()));
  ExpectStudent("intermediate", *student, "student", {"head.", "pooler."});
  ExpectProjection("intermediate", *student);
}

// The code's mean runs over the three classes too, and its cross-entropy is the divergence and the teacher's entropy.
TEST_F(TinyBertGolden, PredictionDistillationIsTheReleasedCodes) {
  const std::string loss = "loss { name: \"soft\" weight: 0.33333333333333333 soft_targets { temperature: 1 } } ";
  auto student = MakeStudent("student", absl::StrCat(loss, kBertAdam, kWarmupLinear));
  EXPECT_FALSE(ExpectCurves("prediction", student.get(), 1.0 / 3, Golden("prediction/entropy")));
  ExpectStudent("prediction", *student, "student", {});
}

TEST_F(TinyBertGolden, PredictionOfScoresIsTheReleasedCodes) {
  auto student =
      MakeStudent("scorer", absl::StrCat("loss { name: \"gold\" hard_labels {} } ", kBertAdam, kWarmupLinear));
  EXPECT_TRUE(ExpectCurves("regression", student.get()));
  ExpectStudent("regression", *student, "scorer", {});
}

TEST_F(TinyBertGolden, LossesOfThePaperAreItsEquations) {
  auto student = MakeStudent("student", absl::StrCat(kPaper, kBertAdam));
  const UpdateResult result = RunStep(1, student.get());
  ASSERT_EQ(result.values.size(), 4u);
  for (size_t i = 0; i < result.values.size(); ++i) {
    const std::string& name = student->objective().terms()[i].name;
    const double want = Golden("paper/" + name).item<double>();
    EXPECT_NEAR(result.values[i], want, kTolerance * want) << name;
  }
}

}  // namespace
}  // namespace retort
