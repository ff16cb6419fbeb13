// Contracts that every linked plugin keeps, run on each of them by its example.textproto. A plugin that is added to
// plugins.bzl is tested here unasked.

#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/isfinite.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/base/file.h"
#include "framework/config/parse.h"
#include "framework/config/sweep.pb.h"
#include "framework/init/initializer.h"
#include "framework/loss/loss_term.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/model/encoder.h"
#include "framework/model/hugging_face.h"
#include "framework/ops/row_loss.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsCloseTo;
using testing::IsOk;

constexpr int64_t kTeacherLayers = 12, kStudentLayers = 6;
const std::vector<int64_t> kLengths = {9, 9, 6, 3};  // A rectangular part and a ragged one.

std::vector<std::string> Names(PluginKind kind) {
  std::vector<std::string> names;
  for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) names.push_back(entry.name);
  return names;
}

// The example of a plugin, as the message of its kind.
template <typename Message>
Message Example(PluginKind kind, const std::string& name) {
  Message message;
  const std::string path = absl::StrCat("plugins/", std::string(PluginKindName(kind)), "/", name, "/example.textproto");
  EXPECT_THAT(LoadText(path, PluginCatalogue::Global(), &message), IsOk());
  return message;
}

// The plugin's configuration with nothing set.
google::protobuf::Any EmptyConfig(PluginKind kind, const std::string& name) {
  google::protobuf::Any any;
  for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
    if (entry.name == name) any.set_type_url("type.googleapis.com/" + entry.config->full_name());
  }
  return any;
}

// An empty configuration builds, or its error names the configuration and a field.
void ExpectBuildsOrNamesAField(const absl::Status& status) {
  if (status.ok()) return;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "Config")) << status;
}

class LossConformance : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const Loss example = Example<Loss>(PluginKind::kLoss, GetParam());
    auto created = LossTermRegistry::Global().Create(example.plugin(), {student_, &teacher_});
    ASSERT_THAT(created, IsOk());
    term_ = *std::move(created);
    row_term_ = dynamic_cast<const RowLossTerm*>(term_.get());
    step_ = testing::RandomStepBatch(kLengths, 3);
    for (const ParameterSpec& spec : term_->parameters()) {
      parameters_[spec.name] = testing::RandomTensor(spec.shape, 77 + parameters_.size());
    }
  }

  // Everything a term reads, for the whole step.
  struct Inputs {
    Batch batch;
    ModelOutputs student, teacher;
    LogitRows rows;
    std::map<std::string, at::Tensor> parameters;
  };

  Inputs MakeInputs(at::ScalarType type = at::kDouble) const {
    Inputs inputs;
    inputs.batch = testing::WholeBatch(step_);
    inputs.student = testing::RandomOutputs(student_, inputs.batch, term_->student(), 1, type);
    inputs.teacher = testing::RandomOutputs(teacher_, inputs.batch, term_->teacher(), 2, type);
    if (row_term_ != nullptr) {
      inputs.rows = testing::RandomLogitRows(inputs.batch, row_term_->rows(), student_.vocabulary_size, 4, type);
    }
    for (const auto& [name, values] : parameters_) inputs.parameters[name] = values.to(type);
    return inputs;
  }

  Inputs Slice(const Inputs& whole, int64_t begin, int64_t end) const {
    Inputs slice;
    slice.batch = step_.Slice(begin, end, at::kCPU);
    slice.student = testing::SliceOutputs(whole.student, begin, end);
    slice.teacher = testing::SliceOutputs(whole.teacher, begin, end);
    slice.parameters = whole.parameters;
    if (row_term_ == nullptr) return slice;
    const int64_t first = begin == 0 ? 0 : step_.Masks(0, begin).Rows(row_term_->rows());
    const int64_t count = slice.batch.masks.Rows(row_term_->rows());
    slice.rows = {whole.rows.student.narrow(0, first, count), whole.rows.teacher.narrow(0, first, count),
                  whole.rows.labels.narrow(0, first, count)};
    return slice;
  }

  at::Tensor Sum(const Inputs& inputs) const {
    auto sum = row_term_ != nullptr ? row_term_->SumRows(inputs.rows)
                                    : dynamic_cast<const TensorLossTerm&>(*term_).Sum(
                                          {inputs.batch, inputs.student, &inputs.teacher, inputs.parameters});
    EXPECT_THAT(sum, IsOk());
    return *sum;
  }

  // The tensors of one side, as leaves of autograd in their places.
  static std::vector<at::Tensor> MakeLeaves(ModelOutputs* outputs, at::Tensor* logits) {
    std::vector<at::Tensor> leaves;
    auto leaf = [&](const at::Tensor& values) {
      leaves.push_back(values.detach().clone().set_requires_grad(true));
      return leaves.back();
    };
    for (auto& [layer, hidden] : outputs->hidden) hidden = leaf(hidden);
    for (auto& [layer, state] : outputs->attention) {
      const at::Tensor query = leaf(state.query()), key = leaf(state.key()), value = leaf(state.value());
      state = AttentionState(query, key, value, state.valid());
    }
    if (logits->defined()) *logits = leaf(*logits);
    return leaves;
  }

  // Puts NaN into all padded positions of one side.
  static void PoisonPadding(const at::Tensor& valid, ModelOutputs* outputs) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const at::Tensor padding = valid.logical_not();
    for (auto& [layer, hidden] : outputs->hidden) hidden = hidden.masked_fill(padding.unsqueeze(-1), kNan);
    const at::Tensor by_head = padding.unsqueeze(1).unsqueeze(-1);
    for (auto& [layer, state] : outputs->attention) {
      state = AttentionState(state.query().masked_fill(by_head, kNan), state.key().masked_fill(by_head, kNan),
                             state.value().masked_fill(by_head, kNan), state.valid());
    }
  }

  const EncoderConfig student_ = testing::SmallEncoder(kStudentLayers);
  const EncoderConfig teacher_ = testing::SmallEncoder(kTeacherLayers);
  std::unique_ptr<LossTerm> term_;
  const RowLossTerm* row_term_ = nullptr;
  StepBatch step_;
  std::map<std::string, at::Tensor> parameters_;
};

TEST_P(LossConformance, EmptyConfigurationBuildsOrNamesAField) {
  ExpectBuildsOrNamesAField(
      LossTermRegistry::Global().Create(EmptyConfig(PluginKind::kLoss, GetParam()), {student_, &teacher_}).status());
}

TEST_P(LossConformance, WithoutATeacherItSaysSoOrNeedsNone) {
  const Loss example = Example<Loss>(PluginKind::kLoss, GetParam());
  const auto created = LossTermRegistry::Global().Create(example.plugin(), {student_});
  if (term_->teacher().empty()) {
    EXPECT_THAT(created, IsOk());
  } else {
    EXPECT_THAT(created, testing::IsInvalidArgument("needs a teacher"));
  }
}

TEST_P(LossConformance, IsDeterministic) {
  const Inputs inputs = MakeInputs(at::kFloat);
  EXPECT_TRUE(Sum(inputs).equal(Sum(inputs)));
}

TEST_P(LossConformance, SumAndCountAddUpOverAnySplit) {
  const Inputs whole = MakeInputs();
  const int64_t sequences = static_cast<int64_t>(kLengths.size());
  const double sum = Sum(whole).item<double>(), count = term_->Count(step_.Masks(0, sequences));
  EXPECT_GT(count, 0);
  for (int64_t cut = 1; cut < sequences; ++cut) {
    EXPECT_NEAR(Sum(Slice(whole, 0, cut)).item<double>() + Sum(Slice(whole, cut, sequences)).item<double>(), sum,
                1e-11 * (1 + std::abs(sum)))
        << "cut at " << cut;
    EXPECT_NEAR(term_->Count(step_.Masks(0, cut)) + term_->Count(step_.Masks(cut, sequences)), count, 1e-12 * count);
  }
}

TEST_P(LossConformance, PaddingDoesNotLeak) {
  const Inputs clean = MakeInputs();
  Inputs poisoned = MakeInputs();
  PoisonPadding(poisoned.batch.valid, &poisoned.student);
  PoisonPadding(poisoned.batch.valid, &poisoned.teacher);
  const std::vector<at::Tensor> leaves = MakeLeaves(&poisoned.student, &poisoned.rows.student);
  const at::Tensor sum = Sum(poisoned);
  EXPECT_NEAR(sum.item<double>(), Sum(clean).item<double>(), 1e-12 * (1 + std::abs(sum.item<double>())));
  sum.backward();
  for (const at::Tensor& leaf : leaves) {
    EXPECT_TRUE(!leaf.grad().defined() || leaf.grad().isfinite().all().item<bool>());
  }
}

TEST_P(LossConformance, GradientGoesToTheStudentAndNeverToTheTeacher) {
  Inputs inputs = MakeInputs();
  const std::vector<at::Tensor> student = MakeLeaves(&inputs.student, &inputs.rows.student);
  const std::vector<at::Tensor> teacher = MakeLeaves(&inputs.teacher, &inputs.rows.teacher);
  for (auto& [name, values] : inputs.parameters) values = values.detach().clone().set_requires_grad(true);
  Sum(inputs).backward();
  double moved = 0;
  for (const at::Tensor& leaf : student) {
    if (leaf.grad().defined()) moved += leaf.grad().abs().sum().item<double>();
  }
  EXPECT_GT(moved, 0);
  for (const at::Tensor& leaf : teacher) EXPECT_FALSE(leaf.grad().defined());
  for (const auto& [name, values] : inputs.parameters) {
    ASSERT_TRUE(values.grad().defined()) << name;
    EXPECT_TRUE(values.grad().isfinite().all().item<bool>()) << name;
  }
}

TEST_P(LossConformance, WorksInFloat32AndBfloat16) {
  const double exact = Sum(MakeInputs()).item<double>();
  const at::Tensor single = Sum(MakeInputs(at::kFloat));
  EXPECT_EQ(single.scalar_type(), at::kFloat);
  EXPECT_NEAR(single.item<double>(), exact, 1e-5 * (1 + std::abs(exact)));
  const at::Tensor half = Sum(MakeInputs(at::kBFloat16));
  EXPECT_EQ(half.scalar_type(), at::kFloat);
  EXPECT_NEAR(half.item<double>(), exact, 0.05 * (1 + std::abs(exact)));
}

TEST_P(LossConformance, FusedFormHasTheSameValueAndGradient) {
  if (row_term_ == nullptr || !row_term_->fused()) return;
  const FusedRowLoss fused = *row_term_->fused();
  Inputs inputs = MakeInputs();
  at::Tensor gradient = inputs.rows.student.clone();
  const ops::RowLossSums sums = ops::RowLossGradient({fused.kl, fused.temperature, fused.ce, fused.mse}, gradient,
                                                     inputs.rows.teacher, inputs.rows.labels, {}, gradient.size(1));
  const std::vector<at::Tensor> leaves = MakeLeaves(&inputs.student, &inputs.rows.student);
  const at::Tensor sum = Sum(inputs);
  sum.backward();
  EXPECT_THAT(fused.kl * sums.kl + fused.ce * sums.ce + fused.mse * sums.mse, IsCloseTo(sum.detach(), 1e-12));
  EXPECT_THAT(gradient, IsCloseTo(leaves.back().grad(), 1e-12));
}

INSTANTIATE_TEST_SUITE_P(Plugins, LossConformance, ::testing::ValuesIn(Names(PluginKind::kLoss)),
                         [](const auto& info) { return info.param; });

class MappingConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(MappingConformance, EmptyConfigurationBuildsOrNamesAField) {
  ExpectBuildsOrNamesAField(
      LayerMappingRegistry::Global().Create(EmptyConfig(PluginKind::kMapping, GetParam()), {}).status());
}

TEST_P(MappingConformance, PairsFitOrTheErrorGivesBothNumbers) {
  const LayerMapping example = Example<LayerMapping>(PluginKind::kMapping, GetParam());
  for (const auto& [teacher, student] : {std::pair(12, 6), std::pair(6, 3), std::pair(4, 4), std::pair(12, 5)}) {
    const auto pairs = MapLayers(LayerMappingRegistry::Global(), example.plugin(), "mapping", teacher, student);
    if (pairs.ok()) continue;  // MapLayers has checked them.
    EXPECT_EQ(pairs.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(pairs.status().message(), absl::StrCat(teacher))) << pairs.status();
    EXPECT_TRUE(absl::StrContains(pairs.status().message(), absl::StrCat(student))) << pairs.status();
  }
  EXPECT_THAT(MapLayers(LayerMappingRegistry::Global(), example.plugin(), "mapping", 12, 6), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Plugins, MappingConformance, ::testing::ValuesIn(Names(PluginKind::kMapping)),
                         [](const auto& info) { return info.param; });

class InitConformance : public ::testing::TestWithParam<std::string> {
 protected:
  // The example's student after initialisation; every parameter was NaN before.
  ParameterSet Initialized(uint64_t seed) const {
    const Init example = Example<Init>(PluginKind::kInit, GetParam());
    auto init = InitializerRegistry::Global().Create(example.plugin(), {Student(), &teacher_});
    EXPECT_THAT(init, IsOk());
    ParameterSet student(EncoderParameterSpecs(Student(), true), at::kFloat, c10::Device(at::kCPU));
    for (const ParameterSpec& spec : student.specs()) {
      at::Tensor values = student.Get(spec.name);
      values.fill_(std::numeric_limits<float>::quiet_NaN());
    }
    ParameterSet teacher(EncoderParameterSpecs(teacher_, true), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(9, 0.02, 0, &teacher);
    EXPECT_THAT((*init)->Initialize({&teacher, seed}, &student), IsOk());
    return student;
  }

  // The shape of what a plugin reads, if it reads a model folder; else a small one.
  EncoderConfig Student() const {
    if (GetParam() != "checkpoint") return testing::SmallEncoder(kStudentLayers);
    return LoadModel("data/teachers/mini")->config;
  }

  const EncoderConfig teacher_ = testing::SmallEncoder(kTeacherLayers);
};

TEST_P(InitConformance, EmptyConfigurationBuildsOrNamesAField) {
  ExpectBuildsOrNamesAField(InitializerRegistry::Global()
                                .Create(EmptyConfig(PluginKind::kInit, GetParam()), {Student(), &teacher_})
                                .status());
}

TEST_P(InitConformance, SetsEveryParameterAsAFunctionOfTheSeed) {
  const ParameterSet first = Initialized(1), again = Initialized(1);
  for (const ParameterSpec& spec : first.specs()) {
    EXPECT_TRUE(first.Get(spec.name).isfinite().all().item<bool>()) << spec.name;
    EXPECT_TRUE(first.Get(spec.name).equal(again.Get(spec.name))) << spec.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Plugins, InitConformance, ::testing::ValuesIn(Names(PluginKind::kInit)),
                         [](const auto& info) { return info.param; });

// What is linked is what plugins.bzl lists, in a statically linked program: no registration was dropped.
TEST(RollCall, LinkedPluginsAreThoseOfTheList) {
  const absl::StatusOr<std::string> list = ReadFile("plugins/plugin_list.txt");
  ASSERT_THAT(list, IsOk());
  std::set<std::string> listed, linked;
  for (absl::string_view line : absl::StrSplit(*list, '\n', absl::SkipEmpty())) listed.emplace(line);
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
      linked.insert(absl::StrCat(PluginKindName(kind), "/", entry.name));
      EXPECT_EQ(PluginCatalogue::Global().Digest(kind, entry.name).size(), 32u) << entry.name;
    }
  }
  EXPECT_EQ(linked, listed);
}

}  // namespace
}  // namespace retort
