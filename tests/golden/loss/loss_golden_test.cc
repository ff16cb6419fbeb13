// Compares losses and their gradients with those of PyTorch's own losses put together as the training code of
// DistilBERT, TinyBERT, MiniLM and PKD does (make_goldens.py): a term's sum over its count, and the fused kernel where
// a term has one.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/zeros_like.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/batch/step_batch.h"
#include "framework/loss/loss_term.h"
#include "framework/model/files/safetensors.h"
#include "framework/ops/row_loss/row_loss.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"
#include "plugins/loss/attention_kl/attention_kl.h"
#include "plugins/loss/attention_mse/attention_mse.h"
#include "plugins/loss/cosine/cosine.h"
#include "plugins/loss/hidden_mse/hidden_mse.h"
#include "plugins/loss/logit_mse/logit_mse.h"
#include "plugins/loss/masked_lm/masked_lm.h"
#include "plugins/loss/pkd/pkd.h"
#include "plugins/loss/relation_kl/relation_kl.h"
#include "plugins/loss/soft_targets/soft_targets.h"

namespace retort {
namespace {

using testing::IsOk;
using Term = absl::StatusOr<std::unique_ptr<LossTerm>>;

// A golden, and the term that has to agree with it.
struct Case {
  std::string golden;
  std::string name;
  std::function<Term(const LossContext&)> create;
  std::string teacher = "teacher";  // What it reads.
  bool causal = false;              // Both models.
};

Term SoftTargets(const LossContext& context, double temperature, bool scaled, SoftTargetsConfig::Rows rows) {
  SoftTargetsConfig config;
  config.set_temperature(temperature);
  config.set_scale_by_temperature_squared(scaled);
  config.set_rows(rows);
  return SoftTargetsLoss::Create(config, context);
}

Term LogitMse(const LossContext& context, bool mean, LogitMseConfig::Rows rows) {
  LogitMseConfig config;
  config.set_mean_over_vocabulary(mean);
  config.set_rows(rows);
  return LogitMseLoss::Create(config, context);
}

Term HiddenMse(const LossContext& context, bool as_tinyberts_code) {
  HiddenMseConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  config.set_projection(HiddenMseConfig::SHARED);
  if (as_tinyberts_code) {
    config.set_embeddings(true);
    config.set_bias(true);
    config.set_padding(HiddenMseConfig::INCLUDED);
  }
  return HiddenMseLoss::Create(config, context);
}

Term AttentionMse(const LossContext& context, AttentionMseConfig::Form form, AttentionMseConfig::Padding padding) {
  AttentionMseConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  config.set_form(form);
  config.set_padding(padding);
  return AttentionMseLoss::Create(config, context);
}

Term AttentionKl(const LossContext& context) {
  AttentionKlConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  return AttentionKlLoss::Create(config, context);
}

Term MiniLm(const LossContext& context) {
  RelationKlConfig config;
  config.set_query_key(1);
  config.set_value_value(1);
  return RelationKlLoss::Create(config, context);
}

Term MiniLmV2(const LossContext& context) {
  RelationKlConfig config;
  config.set_query_query(1);
  config.set_key_key(2);
  config.set_value_value(3);
  config.set_relation_heads(3);
  config.set_teacher_layer(3);
  return RelationKlLoss::Create(config, context);
}

Term Pkd(const LossContext& context) {
  PkdConfig config;
  *config.mutable_mapping()->mutable_plugin() = testing::TestMapping();
  return PkdLoss::Create(config, context);
}

const std::vector<Case>& Cases() {
  using Soft = SoftTargetsConfig;
  using Mse = AttentionMseConfig;
  static const auto* const cases = new std::vector<Case>{
      {"masked_lm", "masked_lm", [](const auto& context) { return MaskedLmLoss::Create({}, context); }},
      {"soft_targets", "soft_targets", [](const auto& context) { return SoftTargets(context, 2, true, Soft::ALL); }},
      {"soft_targets_masked", "soft_targets_masked",
       [](const auto& context) { return SoftTargets(context, 2, true, Soft::LABELLED); }},
      {"soft_targets_unscaled", "soft_targets_unscaled",
       [](const auto& context) { return SoftTargets(context, 5, false, Soft::ALL); }},
      {"logit_mse", "logit_mse", [](const auto& context) { return LogitMse(context, false, LogitMseConfig::ALL); }},
      {"logit_mse_mean_masked", "logit_mse_mean_masked",
       [](const auto& context) { return LogitMse(context, true, LogitMseConfig::LABELLED); }},
      {"cosine", "cosine", [](const auto& context) { return CosineLoss::Create({}, context); }, "narrow_teacher"},
      {"hidden_mse_projected", "hidden_mse_projected", [](const auto& context) { return HiddenMse(context, false); }},
      {"hidden_mse_tinybert", "hidden_mse_tinybert", [](const auto& context) { return HiddenMse(context, true); }},
      {"attention_mse", "attention_mse_materialised",
       [](const auto& context) { return AttentionMse(context, Mse::MATERIALISED, Mse::EXCLUDED); }},
      {"attention_mse", "attention_mse_gram",
       [](const auto& context) { return AttentionMse(context, Mse::GRAM, Mse::EXCLUDED); }},
      {"attention_mse_tinybert", "attention_mse_tinybert_materialised",
       [](const auto& context) { return AttentionMse(context, Mse::MATERIALISED, Mse::INCLUDED); }},
      {"attention_mse_tinybert", "attention_mse_tinybert_gram",
       [](const auto& context) { return AttentionMse(context, Mse::GRAM, Mse::INCLUDED); }},
      {"attention_mse_causal", "attention_mse_causal",
       [](const auto& context) { return AttentionMse(context, Mse::AUTO, Mse::EXCLUDED); }, "teacher", true},
      {"attention_kl", "attention_kl", AttentionKl},
      {"attention_kl_causal", "attention_kl_causal", AttentionKl, "teacher", true},
      {"relation_kl_minilm", "relation_kl_minilm", MiniLm},
      {"relation_kl_minilmv2", "relation_kl_minilmv2", MiniLmV2, "wide_teacher"},
      {"relation_kl_minilmv2_causal", "relation_kl_minilmv2_causal", MiniLmV2, "wide_teacher", true},
      {"pkd", "pkd", Pkd, "narrow_teacher"},
  };
  return *cases;
}

EncoderConfig Model(const std::string& name, bool causal) {
  EncoderConfig config = testing::SmallEncoder(name == "student" ? 2 : 4);
  config.vocabulary_size = 23;
  config.hidden_size = name == "teacher" ? 10 : name == "wide_teacher" ? 12 : 6;
  testing::SetHeads(name == "wide_teacher" ? 4 : 2, &config);
  if (causal) testing::MakeCausal(&config);
  return config;
}

class LossGolden : public ::testing::TestWithParam<std::tuple<size_t, at::ScalarType>> {
 protected:
  const Case& test_case() const { return Cases()[std::get<0>(GetParam())]; }
  at::ScalarType dtype() const { return std::get<1>(GetParam()); }
  double tolerance() const { return dtype() == at::kDouble ? 1e-12 : 1e-5; }

  void SetUp() override {
    auto file = SafetensorsFile::Open("tests/golden/loss/goldens.safetensors");
    ASSERT_THAT(file, IsOk());
    file_ = *std::move(file);
    for (const auto& [name, entry] : file_->entries()) {
      absl::string_view input = name;
      if (!absl::ConsumePrefix(&input, "input/")) continue;
      at::Tensor values = Stored(name);
      if (values.is_floating_point()) values = values.to(dtype()).set_requires_grad(true);
      inputs_[std::string(input)] = values;
    }
    batch_ = ReadBatch();
    auto term = test_case().create({student_, &teacher_, testing::TestMappings()});
    ASSERT_THAT(term, IsOk());
    term_ = *std::move(term);
    count_ = term_->Count(batch_.masks);
  }

  at::Tensor Stored(const std::string& name) const { return *file_->Read(name); }
  std::string GoldenName(const std::string& what) const {
    return absl::StrCat(dtype() == at::kDouble ? "float64/" : "float32/", test_case().golden, "/", what);
  }

  Batch ReadBatch() const {
    const at::Tensor lengths = inputs_.at("lengths"), labels = inputs_.at("labels");
    StepBatch step;
    for (int64_t b = 0; b < lengths.size(0); ++b) {
      StepSequence sequence;
      for (int64_t s = 0; s < lengths[b].item<int64_t>(); ++s) {
        sequence.ids.push_back(1);
        sequence.labels.push_back(labels[b][s].item<int32_t>());
      }
      step.sequences.push_back(std::move(sequence));
    }
    return testing::WholeBatch(step);
  }

  ModelOutputs Outputs(const std::string& side, const Capture& capture) const {
    ModelOutputs outputs;
    for (int layer : capture.hidden) outputs.hidden[layer] = inputs_.at(absl::StrCat(side, ".hidden.", layer));
    for (int layer : capture.attention) {
      const auto value = inputs_.find(absl::StrCat(side, ".value.", layer));  // Only where a golden reads it.
      outputs.attention[layer] = AttentionState(
          inputs_.at(absl::StrCat(side, ".query.", layer)), inputs_.at(absl::StrCat(side, ".key.", layer)),
          value == inputs_.end() ? at::Tensor() : value->second, batch_.valid, test_case().causal);
    }
    return outputs;
  }

  // Logits of the term's rows, with gradient to the student's.
  LogitRows Rows(const RowLossTerm& term) const {
    const auto rows = [&](const at::Tensor& values) {
      return values.flatten(0, 1).index_select(0, batch_.rows(term.rows()));
    };
    LogitRows logits;
    logits.student = rows(inputs_.at("student.logits"));
    if (!term.teacher().empty()) logits.teacher = rows(inputs_.at("teacher.logits")).detach();
    logits.labels = rows(batch_.labels);
    return logits;
  }

  absl::StatusOr<at::Tensor> Sum() const {
    if (const auto* row_term = dynamic_cast<const RowLossTerm*>(term_.get())) return row_term->SumRows(Rows(*row_term));
    const ModelOutputs student = Outputs("student", term_->student());
    const ModelOutputs teacher = Outputs(test_case().teacher, term_->teacher());
    const std::map<std::string, at::Tensor> parameters = {{"projection.weight", inputs_.at("projection.weight")},
                                                          {"projection.bias", inputs_.at("projection.bias")}};
    return dynamic_cast<const TensorLossTerm&>(*term_).Sum({batch_, student, &teacher, parameters});
  }

  // Compares with the golden, relative to its largest element.
  void ExpectGolden(const at::Tensor& got, const std::string& what) const {
    const at::Tensor want = Stored(GoldenName(what));
    ASSERT_EQ(got.sizes(), want.sizes()) << what;
    const double scale = want.abs().max().item<double>();
    ASSERT_GT(scale, 0) << what;
    const double difference = (got.to(at::kDouble) - want.to(at::kDouble)).abs().max().item<double>() / scale;
    RecordProperty(what, absl::StrCat(difference));
    EXPECT_LT(difference, tolerance()) << what;
  }

  // Every input has the golden's gradient, and none where the golden has none.
  void ExpectGoldenGradients() const {
    int compared = 0;
    for (const auto& [name, input] : inputs_) {
      if (!input.is_floating_point()) continue;
      const at::Tensor gradient = input.grad().defined() ? input.grad() : at::zeros_like(input);
      if (file_->entries().count(GoldenName("gradient/" + name)) > 0) {
        ExpectGolden(gradient, "gradient/" + name);
        ++compared;
      } else {
        EXPECT_EQ(gradient.abs().max().item<double>(), 0) << name;
      }
    }
    EXPECT_GT(compared, 0);
  }

  const EncoderConfig student_ = Model("student", test_case().causal);
  const EncoderConfig teacher_ = Model(test_case().teacher, test_case().causal);
  std::unique_ptr<SafetensorsFile> file_;
  std::map<std::string, at::Tensor> inputs_;
  Batch batch_;
  std::unique_ptr<LossTerm> term_;
  double count_ = 0;
};

TEST_P(LossGolden, TermAgreesInValueAndGradient) {
  const auto sum = Sum();
  ASSERT_THAT(sum, IsOk());
  const at::Tensor mean = *sum / count_;
  EXPECT_EQ(mean.scalar_type(), dtype());
  mean.backward();
  ExpectGolden(mean.detach(), "value");
  ExpectGoldenGradients();
}

TEST_P(LossGolden, FusedKernelAgreesInValueAndGradient) {
  const auto* term = dynamic_cast<const RowLossTerm*>(term_.get());
  if (term == nullptr || !term->fused()) GTEST_SKIP() << "the term has no fused form";
  const FusedRowLoss fused = *term->fused();
  const LogitRows logits = Rows(*term);
  const at::Tensor gradient = logits.student.detach().clone();
  const ops::RowLossSums sums =
      ops::RowLossGradient({fused.kl / count_, fused.temperature, fused.ce / count_, fused.mse / count_}, gradient,
                           logits.teacher, logits.labels, /*soft_rows=*/{}, gradient.size(1));
  double value = 0;
  for (const auto& [factor, of_rows] :
       {std::pair(fused.kl, sums.kl), std::pair(fused.ce, sums.ce), std::pair(fused.mse, sums.mse)}) {
    if (factor != 0) value += factor * of_rows.item<double>() / count_;
  }
  logits.student.backward(gradient);
  ExpectGolden(at::zeros_like(sums.kl.defined() ? sums.kl : sums.ce) + value, "value");
  ExpectGoldenGradients();
}

INSTANTIATE_TEST_SUITE_P(Cases, LossGolden,
                         ::testing::Combine(::testing::Range(size_t{0}, Cases().size()),
                                            ::testing::Values(at::kFloat, at::kDouble)),
                         [](const auto& info) {
                           return absl::StrCat(Cases()[std::get<0>(info.param)].name, "_",
                                               c10::toString(std::get<1>(info.param)));
                         });

// A golden that no term is compared with would be no golden.
TEST(LossGoldens, AreAllCompared) {
  const auto file = SafetensorsFile::Open("tests/golden/loss/goldens.safetensors");
  ASSERT_THAT(file, IsOk());
  int values = 0;
  for (const auto& [name, entry] : (*file)->entries()) {
    absl::string_view golden = name;
    if (!absl::ConsumePrefix(&golden, "float64/") || !absl::ConsumeSuffix(&golden, "/value")) continue;
    ++values;
    bool found = false;
    for (const Case& known : Cases()) found |= known.golden == golden;
    EXPECT_TRUE(found) << name;
  }
  EXPECT_EQ(values, 18);
}

}  // namespace
}  // namespace retort
