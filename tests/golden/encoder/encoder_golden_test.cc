// Compares encoders with what transformers' models of each family compute from the same files
// (make_goldens.py, in float64): hidden states, logits, loss and gradients of batches with padding.

#include <memory>
#include <string>

#include "ATen/TensorOperators.h"
#include "ATen/ops/cross_entropy_loss.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/batch/step_batch.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/model/files/safetensors.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;

// The goldens are stored as float32.
double Tolerance(at::ScalarType dtype) { return dtype == at::kDouble ? 1e-6 : 1e-5; }

StepBatch Step(const SafetensorsFile& golden) {
  const at::Tensor ids = *golden.Read("ids"), labels = *golden.Read("labels"), lengths = *golden.Read("lengths");
  StepBatch step;
  for (int64_t b = 0; b < ids.size(0); ++b) {
    StepSequence sequence;
    sequence.sample_id = b;
    for (int64_t s = 0; s < lengths[b].item<int64_t>(); ++s) {
      sequence.ids.push_back(ids[b][s].item<int32_t>());
      sequence.labels.push_back(labels[b][s].item<int32_t>());
    }
    step.sequences.push_back(std::move(sequence));
  }
  return step;
}

class EncoderGolden : public ::testing::TestWithParam<std::tuple<const char*, at::ScalarType>> {
 protected:
  void SetUp() override {
    const std::string folder = absl::StrCat("tests/golden/encoder/", std::get<0>(GetParam()));
    auto model = LoadModel(folder);
    ASSERT_THAT(model, IsOk());
    auto golden = SafetensorsFile::Open(folder + "/golden.safetensors");
    ASSERT_THAT(golden, IsOk());
    golden_ = *std::move(golden);
    encoder_ = std::make_unique<Encoder>(model->config);
    parameters_ = model->parameters.To(dtype(), at::kCPU);
    parameters_.EnableGradients();
    batch_ = Step(*golden_).Slice(0, 3, at::kCPU);
    for (int layer = 0; layer <= model->config.depth(); ++layer) everything_.hidden.insert(layer);
  }

  at::ScalarType dtype() const { return std::get<1>(GetParam()); }
  at::Tensor Golden(const std::string& name) const { return *golden_->Read(name); }

  // Rows of [B, S, ...] at real positions.
  at::Tensor Real(const at::Tensor& values) const { return values.flatten(0, 1).index_select(0, batch_.real_rows); }

  at::Tensor Logits(const at::Tensor& rows) const {
    return encoder_->head(HeadKind::kVocabulary).Logits(parameters_, rows);
  }

  std::unique_ptr<SafetensorsFile> golden_;
  std::unique_ptr<Encoder> encoder_;
  ParameterSet parameters_;
  Batch batch_;
  Capture everything_;
};

TEST_P(EncoderGolden, ComputesWhatTransformersDoes) {
  const ModelOutputs outputs = encoder_->Forward(parameters_, batch_, everything_, std::nullopt);
  for (const auto& [layer, hidden] : outputs.hidden) {
    EXPECT_THAT(Real(hidden), IsCloseTo(Real(Golden(absl::StrCat("hidden.", layer))), Tolerance(dtype()))) << layer;
  }
  const at::Tensor& last = outputs.hidden.at(encoder_->config().depth());
  EXPECT_THAT(Logits(Real(last)), IsCloseTo(Real(Golden("logits")), Tolerance(dtype())));
  if (encoder_->config().pooler) {
    EXPECT_THAT(Pooled(parameters_, last), IsCloseTo(Golden("pooled"), Tolerance(dtype())));
  }
}

TEST_P(EncoderGolden, HasTransformersLossAndGradients) {
  const ModelOutputs outputs = encoder_->Forward(parameters_, batch_, everything_, std::nullopt);
  const at::Tensor& last = outputs.hidden.at(encoder_->config().depth());
  const auto labelled = [&](const at::Tensor& values) {
    return values.flatten(0, 1).index_select(0, batch_.labelled_rows);
  };
  const at::Tensor loss = at::cross_entropy_loss(Logits(labelled(last)), labelled(batch_.labels));
  EXPECT_THAT(loss, IsCloseTo(Golden("loss"), Tolerance(dtype())));
  loss.backward();
  int compared = 0;
  for (const auto& [name, entry] : golden_->entries()) {
    if (!absl::StartsWith(name, "gradient.")) continue;
    EXPECT_THAT(parameters_.Gradient(name.substr(std::string("gradient.").size())),
                IsCloseTo(Golden(name), Tolerance(dtype())))
        << name;
    ++compared;
  }
  EXPECT_GE(compared, 7);
}

INSTANTIATE_TEST_SUITE_P(Families, EncoderGolden,
                         ::testing::Combine(::testing::Values("bert", "bert_untied", "distilbert", "gpt2", "mobilebert",
                                                              "mobilebert_teacher", "roberta"),
                                            ::testing::Values(at::kFloat, at::kDouble)),
                         [](const auto& info) {
                           return absl::StrCat(std::get<0>(info.param), c10::toString(std::get<1>(info.param)));
                         });

}  // namespace
}  // namespace retort
