// Plugins that break one contract each: the contract says so, and plugins that keep them pass.

#include <memory>
#include <string>
#include <vector>

#include "ATen/TensorOperators.h"
#include "ATen/ops/full_like.h"
#include "framework/init/initializer.h"
#include "framework/loss/term_support.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/init_conformance.h"
#include "framework/testing/loss_conformance.h"
#include "framework/testing/mapping_conformance.h"
#include "framework/testing/matchers.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"

namespace retort::testing {
namespace {

// The squared error of the last hidden states at all real positions, which keeps all contracts.
class GoodTerm : public TensorLossTerm {
 public:
  Capture student() const override { return Hidden(6); }
  Capture teacher() const override { return Hidden(12); }
  double Count(const BatchMasks& masks) const override { return static_cast<double>(masks.Rows(RowSet::kReal)); }
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    return SquaredError(RealRows(HiddenAt(inputs.student, 6), inputs.batch),
                        RealRows(HiddenAt(*inputs.teacher, 12), inputs.batch).detach());
  }

 protected:
  static Capture Hidden(int layer) {
    Capture capture;
    capture.hidden.insert(layer);
    return capture;
  }
  static at::Tensor SquaredError(const at::Tensor& student, const at::Tensor& teacher) {
    const at::Tensor difference = student - teacher;
    return (difference * difference).sum();
  }
};

// 0 · NaN is NaN.
class MultipliesPaddingByZero : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    const at::Tensor mask = inputs.batch.valid.unsqueeze(-1);
    const at::Tensor student = InLossType(HiddenAt(inputs.student, 6));
    return SquaredError(student * mask, InLossType(HiddenAt(*inputs.teacher, 12)).detach() * mask);
  }
};

class MultipliesUnlabelledByZero : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    const at::Tensor labels = inputs.batch.labels.flatten().index_select(0, inputs.batch.real_rows);
    const at::Tensor mask = labels.ne(kNoLabel).unsqueeze(-1);
    return SquaredError(RealRows(HiddenAt(inputs.student, 6), inputs.batch) * mask,
                        RealRows(HiddenAt(*inputs.teacher, 12), inputs.batch).detach() * mask);
  }
};

// The value is clean, but its gradient in the padding is 0 · NaN.
class HasANanGradientInPadding : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    const at::Tensor student = InLossType(HiddenAt(inputs.student, 6));
    const at::Tensor norms = (student * student).sum(-1).sqrt();
    return at::where(inputs.batch.valid, norms, at::zeros_like(norms)).sum();
  }
};

class TeachesTheTeacher : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    return SquaredError(RealRows(HiddenAt(inputs.student, 6), inputs.batch),
                        RealRows(HiddenAt(*inputs.teacher, 12), inputs.batch));
  }
};

class MovesNothing : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    return SquaredError(RealRows(HiddenAt(inputs.student, 6), inputs.batch).detach(),
                        RealRows(HiddenAt(*inputs.teacher, 12), inputs.batch).detach());
  }
};

class CountsOne : public GoodTerm {
  double Count(const BatchMasks&) const override { return 1; }
};

class GivesAMean : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    return *GoodTerm::Sum(inputs) / Count(inputs.batch.masks);
  }
};

// Wrong for one inner sequence alone: no cut into two parts shows it.
class DoublesAnInnerPart : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    const bool inner = inputs.batch.sequences() == 1 && inputs.batch.masks.lengths[0] == 6;
    return *GoodTerm::Sum(inputs) * (inner ? 2 : 1);
  }
};

class RemembersCalls : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    return *GoodTerm::Sum(inputs) * (1 + 1e-6 * ++calls_);
  }
  mutable int calls_ = 0;
};

class ComputesInBfloat16 : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    const at::Tensor rows = inputs.batch.real_rows;
    auto select = [&](const at::Tensor& values) { return values.flatten(0, 1).index_select(0, rows); };
    const at::Tensor error = select(HiddenAt(inputs.student, 6)) - select(HiddenAt(*inputs.teacher, 12)).detach();
    return InLossType(error * error).sum();
  }
};

// -log softmax(s)[y], which claims to be twice that.
class FusesAnotherFormula : public RowLossTerm {
 public:
  explicit FusesAnotherFormula(double claimed) : claimed_(claimed) {}
  RowSet rows() const override { return RowSet::kLabelled; }
  Capture teacher() const override { return {}; }
  absl::StatusOr<at::Tensor> SumRows(const LogitRows& rows) const override {
    const at::Tensor log_p = InLossType(rows.student).log_softmax(-1);
    return -log_p.gather(-1, rows.labels.unsqueeze(-1)).sum();
  }
  std::optional<FusedRowLoss> fused() const override {
    FusedRowLoss fused;
    fused.ce = claimed_;
    return fused;
  }

 private:
  const double claimed_;
};

// The index of a mask has to count it first.
class IndexesByAMask : public GoodTerm {
  absl::StatusOr<at::Tensor> Sum(const LossInputs& inputs) const override {
    const auto rows = [&](const at::Tensor& values) { return InLossType(values.index({inputs.batch.valid})); };
    return SquaredError(rows(HiddenAt(inputs.student, 6)), rows(HiddenAt(*inputs.teacher, 12)).detach());
  }
};

// Names of the contracts that a term breaks.
std::vector<std::string> Broken(const LossTerm& term) {
  std::vector<std::string> broken;
  for (const LossContract& contract : LossContracts()) {
    const absl::Status status = contract.check(term);
    if (status.ok()) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    broken.push_back(contract.name);
  }
  return broken;
}

using Names = std::vector<std::string>;

TEST(LossConformance, GoodTermsKeepAllContracts) {
  EXPECT_EQ(Broken(GoodTerm()), Names{});
  EXPECT_EQ(Broken(FusesAnotherFormula(1)), Names{});
}

TEST(LossConformance, NanLeaks) {
  EXPECT_EQ(Broken(MultipliesPaddingByZero()), (Names{"PaddingDoesNotLeak", "UnreadRowsDoNotLeak"}));
  EXPECT_EQ(Broken(MultipliesUnlabelledByZero()), (Names{"UnreadRowsDoNotLeak"}));
  EXPECT_EQ(Broken(HasANanGradientInPadding()), (Names{"PaddingDoesNotLeak", "UnreadRowsDoNotLeak"}));
}

TEST(LossConformance, GradientGoesTheWrongWay) {
  EXPECT_EQ(Broken(TeachesTheTeacher()), (Names{"GradientStaysWithTheStudent"}));
  EXPECT_EQ(Broken(MovesNothing()), (Names{"GradientStaysWithTheStudent"}));
}

TEST(LossConformance, PartsDoNotAddUp) {
  EXPECT_EQ(Broken(CountsOne()), (Names{"AddsUpOverAnySplit"}));
  EXPECT_EQ(Broken(GivesAMean()), (Names{"AddsUpOverAnySplit"}));
  EXPECT_EQ(Broken(DoublesAnInnerPart()), (Names{"AddsUpOverAnySplit"}));
}

TEST(LossConformance, ResultsDiffer) {
  const Names broken = Broken(RemembersCalls());
  ASSERT_FALSE(broken.empty());
  EXPECT_EQ(broken[0], "IsDeterministic");
  EXPECT_EQ(Broken(ComputesInBfloat16()), (Names{"AgreesInFloat32AndBfloat16"}));
  EXPECT_EQ(Broken(FusesAnotherFormula(2)), (Names{"FusedFormAgrees"}));
}

TEST(LossConformance, TheHostWaitsForValues) {
  EXPECT_EQ(Broken(IndexesByAMask()), (Names{"AsksForNoValues"}));
  for (const LossContract& contract : LossContracts()) {
    if (contract.name != std::string("AsksForNoValues")) continue;
    EXPECT_THAT(
        contract.check(IndexesByAMask()),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 ::testing::HasSubstr(
                     "got aten::nonzero, aten::nonzero, aten::nonzero; rows are chosen without by batch.real_rows")));
  }
}

// Draws all weights, unless told to break something.
class DrawsWeights final : public Initializer {
 public:
  enum Fault { kNone, kLeavesOneOut, kAddsToWhatIsThere, kFails };
  explicit DrawsWeights(Fault fault) : fault_(fault) {}
  absl::Status Initialize(const InitializerInputs& inputs, ParameterSet* student) const override {
    if (fault_ == kFails) return absl::InvalidArgumentError("no");
    at::Tensor first = student->Get(student->specs().front().name);
    const at::Tensor before = first.clone();
    InitializeRandomNormal(inputs.seed, 0.02, 0, student);
    if (fault_ == kLeavesOneOut) first.copy_(before);
    if (fault_ == kAddsToWhatIsThere) first.add_(before.nan_to_num());
    return absl::OkStatus();
  }

 private:
  const Fault fault_;
};

TEST(InitConformance, SaysWhatIsBroken) {
  const EncoderConfig config = SmallEncoder(1);
  auto check = [&](DrawsWeights::Fault fault) { return CheckInitializer(DrawsWeights(fault), config, config); };
  EXPECT_THAT(check(DrawsWeights::kNone), IsOk());
  EXPECT_THAT(check(DrawsWeights::kLeavesOneOut),
              StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("want finite values everywhere")));
  EXPECT_THAT(check(DrawsWeights::kAddsToWhatIsThere),
              StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("for the same seed")));
  EXPECT_THAT(check(DrawsWeights::kFails), IsInvalidArgument("no"));
}

// Teacher layer m + 7, which the teacher may lack.
class LeavesTheTeacher final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const google::protobuf::Duration&,
                                                             const LayerMappingContext&) {
    return std::make_unique<LeavesTheTeacher>();
  }
  absl::StatusOr<std::vector<LayerPair>> Map(int, int student_layers) const override {
    std::vector<LayerPair> pairs;
    for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, m + 7, 1});
    return pairs;
  }
};

// An error without numbers.
class SaysTooLittle final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const google::protobuf::Empty&,
                                                             const LayerMappingContext&) {
    return std::make_unique<SaysTooLittle>();
  }
  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override {
    if (teacher_layers != 2 * student_layers) return absl::InvalidArgumentError("want half the layers");
    std::vector<LayerPair> pairs;
    for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, 2 * m, 1});
    return pairs;
  }
};

TEST(MappingConformance, SaysWhatIsBroken) {
  LayerMappingRegistry mappings;
  mappings.Register<LeavesTheTeacher, google::protobuf::Duration>();
  mappings.Register<SaysTooLittle, google::protobuf::Empty>();
  google::protobuf::Any choice;
  choice.PackFrom(google::protobuf::Duration());
  EXPECT_THAT(CheckMapping(mappings, choice),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("12 teacher layers and 6 student layers: want pairs, or an error")));
  choice.PackFrom(google::protobuf::Empty());
  EXPECT_THAT(CheckMapping(mappings, choice),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("4 teacher layers and 4 student layers: want pairs, or an error")));
  EXPECT_THAT(CheckMapping(TestMappings(), TestMapping()), ::testing::Not(IsOk()));  // 3 -> 6 gives layer 0.
}

}  // namespace
}  // namespace retort::testing
