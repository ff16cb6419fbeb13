// Compares training and evaluation of a causal student on blocks of text with what transformers and the losses of
// DistilGPT2's scripts give (make_goldens.py, in float64): text to blocks and labels, terms, gradients.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "absl/strings/str_cat.h"
#include "framework/data/masking/held_out.h"
#include "framework/data/sequences/test_store.h"
#include "framework/eval/lm_evaluation.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"
#include "framework/testing/matchers.h"
#include "framework/train/objective/row_head.h"
#include "framework/train/student/student_trainer.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"
#include "plugins/data/causal_lm/causal_lm.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;

constexpr int kBlocks = 5, kLength = 12;
constexpr double kTolerance = 1e-5;
constexpr c10::DeviceType kCpu = at::kCPU;

constexpr HeadRows kRows = {HeadKind::kVocabulary, RowSet::kReal};
constexpr char kClm[] = "loss { name: \"clm\" weight: 2 causal_lm {} } ";
constexpr char kDistillation[] =
    "loss { name: \"ce\" weight: 5 soft_targets { temperature: 2 } } loss { name: \"cos\" cosine {} } ";
constexpr char kOptimizer[] = "adamw { learning_rate: 1e-3 } ";

// A model of the goldens, in evaluation mode.
struct Model {
  explicit Model(const std::string& folder) {
    auto loaded = LoadModel(folder);
    EXPECT_THAT(loaded, IsOk());
    loaded->config.hidden_dropout = loaded->config.attention_dropout = 0;
    encoder = std::make_unique<Encoder>(loaded->config);
    parameters = std::move(loaded->parameters);
  }
  EvaluatedModel view() const { return {encoder.get(), &parameters}; }

  std::unique_ptr<Encoder> encoder;
  ParameterSet parameters;
};

class CausalLmGolden : public ::testing::Test {
 protected:
  CausalLmGolden()
      : teacher_("tests/golden/encoder/gpt2"),
        student_("tests/golden/causal_lm/student"),
        blocks_(testing::AllBlocks(testing::LetterDocuments(6, 10), kLength)) {
    auto golden = SafetensorsFile::Open("tests/golden/causal_lm/golden.safetensors");
    EXPECT_THAT(golden, IsOk());
    golden_ = *std::move(golden);
  }

  at::Tensor Golden(const std::string& name) const { return *golden_->Read(name); }

  // All blocks, as a training step of the data gives them.
  Batch TrainingBatch() const {
    BatchSpec spec;
    spec.set_sequences(kBlocks);
    auto source = CausalLmSource::Create(spec, blocks_, 1);
    EXPECT_THAT(source, IsOk());
    return (*source)->Step(0).Slice(0, kBlocks, kCpu);
  }

  // A student after the gradient of one step.
  std::unique_ptr<StudentTrainer> Trained(const std::string& losses) const {
    const Batch batch = TrainingBatch();
    const Stage stage = testing::MakeStage(losses + kOptimizer);
    Objective objective = testing::MakeObjective(stage, student_.encoder->config(), &teacher_.encoder->config());
    TeacherOutputs taught;
    taught.model = teacher_.encoder->Forward(teacher_.parameters, batch, objective.teacher(), std::nullopt);
    if (objective.teacher().Reads(HeadKind::kVocabulary)) {
      const at::Tensor& last = taught.model.hidden.at(teacher_.encoder->config().depth());
      taught.logits[kRows] =
          TeacherLogits(*teacher_.encoder, teacher_.parameters, batch, last, kRows, stage.row_chunk());
    }
    StudentOptions options;
    options.stage = stage;
    options.total_steps = 1;
    auto student = StudentTrainer::Create(*student_.encoder, std::move(objective), student_.parameters, options);
    EXPECT_THAT(student, IsOk());
    (*student)->StartStep({batch.masks});
    EXPECT_THAT((*student)->AddGradient(batch, 0, &taught), IsOk());
    return *std::move(student);
  }

  // `scale`: what the stage weighs the golden's total by.
  void ExpectGradients(const StudentTrainer& student, const std::string& total, double scale) const {
    int compared = 0;
    const std::string prefix = absl::StrCat("gradient.", total, ".");
    for (const auto& [name, entry] : golden_->entries()) {
      if (name.compare(0, prefix.size(), prefix) != 0) continue;
      EXPECT_THAT(student.parameters().Gradient(name.substr(prefix.size())),
                  IsCloseTo(scale * Golden(name), kTolerance))
          << name;
      ++compared;
    }
    EXPECT_EQ(compared, 7);
  }

  Model teacher_, student_;
  std::shared_ptr<const SequenceSet> blocks_;
  std::unique_ptr<SafetensorsFile> golden_;
};

TEST_F(CausalLmGolden, ReadsTheSameBlocks) {
  ASSERT_EQ(blocks_->size(), kBlocks);
  const at::Tensor ids = Golden("ids");
  for (int64_t block = 0; block < kBlocks; ++block) {
    const std::vector<int32_t> got = blocks_->Ids(block);
    for (int i = 0; i < kLength; ++i) EXPECT_EQ(got[i], ids[block][i].item<int32_t>()) << block << " " << i;
  }
}

TEST_F(CausalLmGolden, HasTheLossAndGradientOfGpt2LMHeadModel) {
  const auto student = Trained(kClm);
  ExpectGradients(*student, "clm", /*scale=*/2);
  const auto update = testing::UpdateAndFetch(1, student.get());
  ASSERT_THAT(update, IsOk());
  EXPECT_NEAR(update->values[0], Golden("term.clm").item<double>(), kTolerance);
}

TEST_F(CausalLmGolden, HasTheLossesAndGradientOfDistilGpt2sRecipe) {
  const auto student = Trained(absl::StrCat(kClm, kDistillation));
  ExpectGradients(*student, "recipe", /*scale=*/1);
  const auto update = testing::UpdateAndFetch(1, student.get());
  ASSERT_THAT(update, IsOk());
  const std::vector<std::string> terms = {"clm", "ce", "cos"};
  for (size_t i = 0; i < terms.size(); ++i) {
    EXPECT_NEAR(update->values[i], Golden("term." + terms[i]).item<double>(), kTolerance) << terms[i];
  }
}

TEST_F(CausalLmGolden, EvaluatesToTheSameLoss) {
  const HeldOut held_out(blocks_, kBlocks, MaskingContext());
  const auto scores = EvaluateLm({student_.view()}, teacher_.view(), held_out, kCpu);
  EXPECT_NEAR(scores[0].at("causal_lm/cross_entropy").Mean(), Golden("term.clm").item<double>(), kTolerance);
}

}  // namespace
}  // namespace retort
