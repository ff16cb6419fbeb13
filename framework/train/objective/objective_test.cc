#include "framework/train/objective/objective.h"

#include <set>
#include <string>
#include <vector>

#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "framework/train/test_training.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using testing::IsInvalidArgument;
using testing::IsOk;
using testing::SmallEncoder;

const EncoderConfig kStudent = SmallEncoder(2), kTeacher = SmallEncoder(4);

absl::StatusOr<Objective> Create(const std::string& losses, std::vector<std::string>* warnings = nullptr) {
  LossContext context{kStudent, &kTeacher};
  context.warnings = warnings;
  return Objective::Create(testing::MakeStage(losses).loss(), context);
}

Objective Make(const std::string& losses) {
  return testing::MakeObjective(testing::MakeStage(losses), kStudent, &kTeacher);
}

TEST(Objective, KeepsNamesWeightsAndKindsInOrder) {
  const Objective objective = Make(testing::kTripleLoss);
  ASSERT_EQ(objective.terms().size(), 3u);
  EXPECT_EQ(objective.terms()[0].name, "ce");
  EXPECT_EQ(objective.terms()[0].weight, 5);
  EXPECT_NE(objective.terms()[0].row, nullptr);
  EXPECT_EQ(objective.terms()[0].tensor, nullptr);
  EXPECT_EQ(objective.terms()[1].name, "cos");
  EXPECT_EQ(objective.terms()[1].weight, 1);
  EXPECT_EQ(objective.terms()[1].row, nullptr);
  EXPECT_NE(objective.terms()[1].tensor, nullptr);
}

TEST(Objective, ErrorsNameTheTerm) {
  EXPECT_THAT(Create("loss { name: \"mlm\" masked_lm {} } loss { name: \"hot\" soft_targets { temperature: -1 } }"),
              IsInvalidArgument("loss \"hot\": SoftTargetsConfig.temperature: want > 0, got -1"));
  EXPECT_THAT(Objective::Create(testing::MakeStage(testing::kTripleLoss).loss(), {kStudent}),
              IsInvalidArgument("loss \"ce\": SoftTargetsConfig: needs a teacher, but the stage has none"));
  EXPECT_THAT(Create("loss { name: \"none\" }"),
              testing::StatusIs(absl::StatusCode::kNotFound,
                                ::testing::HasSubstr("loss \"none\": no loss plugin is chosen; linked: ")));
}

TEST(Objective, LeavesTermsOfWeightZeroOutWithAWarning) {
  std::vector<std::string> warnings;
  const auto objective = Create(
      "loss { name: \"ce\" weight: 0 soft_targets { temperature: 2 } } loss { name: \"mlm\" masked_lm {} }", &warnings);
  ASSERT_THAT(objective, IsOk());
  ASSERT_EQ(objective->terms().size(), 1u);
  EXPECT_EQ(objective->terms()[0].name, "mlm");
  EXPECT_TRUE(objective->teacher().empty());
  EXPECT_THAT(warnings, ElementsAre("loss \"ce\" has weight 0: it is not computed"));
}

TEST(Objective, WantsATerm) {
  EXPECT_THAT(Create(""), IsInvalidArgument("loss: want a term with a weight > 0, got none"));
  EXPECT_THAT(Create("loss { name: \"mlm\" weight: 0 masked_lm {} }"),
              IsInvalidArgument("loss: want a term with a weight > 0, got none"));
}

TEST(Objective, ErrorsOfATermOfWeightZeroAreErrors) {
  EXPECT_THAT(Create("loss { name: \"hot\" weight: 0 soft_targets {} } loss { name: \"mlm\" masked_lm {} }"),
              IsInvalidArgument("loss \"hot\": "));
}

TEST(Objective, ComputesLogitsOfTheRowsThatATermReads) {
  const auto rows = [](const std::string& losses) { return Make(losses).row_groups().at(0).rows.rows; };
  EXPECT_TRUE(Make("loss { name: \"cos\" cosine {} }").row_groups().empty());
  EXPECT_EQ(rows("loss { name: \"mlm\" masked_lm {} }"), RowSet::kLabelled);
  const std::string labelled = "loss { name: \"mlm\" masked_lm {} } ";
  const std::string masked = "loss { name: \"ce\" soft_targets { temperature: 2 rows: LABELLED } } ";
  const std::string all = "loss { name: \"mse\" logit_mse {} } ";
  EXPECT_EQ(rows(labelled + masked), RowSet::kLabelled);
  EXPECT_EQ(rows(labelled + all), RowSet::kReal);
  EXPECT_EQ(rows(all + labelled), RowSet::kReal);
  EXPECT_EQ(Make(all + labelled).row_groups().size(), 1u);
  EXPECT_THAT(Make(all + "loss { name: \"cos\" cosine {} } " + labelled).row_groups()[0].terms, ElementsAre(0u, 2u));
}

TEST(Objective, ReadsTheTeachersLogitsOnlyForATermThatComparesThem) {
  EXPECT_TRUE(Make("loss { name: \"mlm\" masked_lm {} } loss { name: \"cos\" cosine {} }").teacher().logits.empty());
  // Those of the rows that the student's are computed for.
  EXPECT_EQ(
      Make("loss { name: \"mse\" logit_mse { rows: LABELLED } } loss { name: \"ce\" soft_targets { temperature: 1 } }")
          .teacher()
          .logits,
      (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kReal}}));
}

// Models 8 wide and 11 pieces: logits take 11 n (24 + 8), the Gram form (11 + n) 17 · 25. So V has to be far more.
class GramObjective : public ::testing::Test {
 protected:
  static constexpr int64_t kPieces = 1000;
  GramObjective() : student_(kStudent), teacher_(kTeacher) {
    student_.vocabulary_size = teacher_.vocabulary_size = kPieces;
  }

  // Which terms are in Gram form.
  std::set<size_t> GramTerms(const std::string& losses, double rows, c10::DeviceType device = at::kCPU) const {
    Objective objective = testing::MakeObjective(testing::MakeStage(losses), student_, &teacher_);
    objective.ChooseForms({rows, rows / 4}, device);
    std::set<size_t> terms;
    for (const RowGroup& group : objective.row_groups()) {
      if (group.gram) terms.insert(group.terms.begin(), group.terms.end());
    }
    return terms;
  }

  EncoderConfig student_, teacher_;
};

const char kSquares[] = "loss { name: \"mse\" logit_mse {} } ";
const char kLabels[] = "loss { name: \"mlm\" masked_lm {} } ";
const char kSoftTargets[] = "loss { name: \"ce\" soft_targets { temperature: 2 } } ";
constexpr double kMany = 100;

// Half of 1000 n · 32 against (1000 + n) 425: from 28 rows on.
TEST_F(GramObjective, IsChosenWhereItTakesLessThanHalf) {
  EXPECT_THAT(GramTerms(kSquares, 27), ElementsAre());
  EXPECT_THAT(GramTerms(kSquares, 28), ElementsAre(0));
  EXPECT_THAT(GramTerms("loss { name: \"mse\" logit_mse { rows: LABELLED } } ", 4 * 27), ElementsAre());
  EXPECT_THAT(GramTerms("loss { name: \"mse\" logit_mse { rows: LABELLED } } ", 4 * 28), ElementsAre(0));
}

TEST_F(GramObjective, IsNotChosenWhereOthersReadTheSameLogits) {
  EXPECT_THAT(GramTerms(std::string(kSquares) + kSoftTargets, kMany), ElementsAre());
  EXPECT_THAT(GramTerms(std::string(kLabels) + kSquares, kMany), ElementsAre(1));
  EXPECT_THAT(GramTerms(std::string(kSquares) + "loss { name: \"other\" weight: 2 logit_mse {} }", kMany),
              ElementsAre(0, 1));
}

TEST_F(GramObjective, IsChosenOnTheCpuAlone) { EXPECT_THAT(GramTerms(kSquares, kMany, at::kCUDA), ElementsAre()); }

TEST_F(GramObjective, IsAsTheTermSays) {
  const std::string always = "loss { name: \"mse\" logit_mse { form: GRAM } } ";
  EXPECT_THAT(GramTerms(always + kSoftTargets, 1, at::kCUDA), ElementsAre(0));
  EXPECT_THAT(GramTerms("loss { name: \"mse\" logit_mse { form: MATERIALISED } } ", kMany), ElementsAre());
}

TEST_F(GramObjective, DemandsDecoderInputsInThePlaceOfLogits) {
  const std::string losses = std::string(kLabels) + kSquares;
  Objective objective = testing::MakeObjective(testing::MakeStage(losses), student_, &teacher_);
  objective.ChooseForms({kMany, kMany / 4}, at::kCPU);
  const std::set<HeadRows> labelled = {{HeadKind::kVocabulary, RowSet::kLabelled}};
  EXPECT_EQ(objective.student().logits, labelled);
  EXPECT_EQ(objective.student().decoder_inputs, (std::set<RowSet>{RowSet::kReal}));
  EXPECT_TRUE(objective.teacher().logits.empty());
  EXPECT_EQ(objective.teacher().decoder_inputs, (std::set<RowSet>{RowSet::kReal}));
  EXPECT_TRUE(objective.teacher().Reads(HeadKind::kVocabulary));
}

TEST(Objective, DemandsWhatAllTermsReadTogether) {
  const Objective objective = Make(
      "loss { name: \"cos\" cosine {} } loss { name: \"mlm\" masked_lm {} } "
      "loss { name: \"attention\" attention_mse { mapping { uniform {} } } } ");
  EXPECT_EQ(objective.student().hidden, (std::set<int>{2}));
  EXPECT_EQ(objective.student().attention, (std::set<int>{1, 2}));
  EXPECT_EQ(objective.student().logits, (std::set<HeadRows>{{HeadKind::kVocabulary, RowSet::kLabelled}}));
  EXPECT_EQ(objective.teacher().hidden, (std::set<int>{4}));
  EXPECT_EQ(objective.teacher().attention, (std::set<int>{2, 4}));
  EXPECT_TRUE(objective.teacher().logits.empty());
  EXPECT_TRUE(objective.student().read_rows_only);
  EXPECT_FALSE(objective.teacher().read_rows_only) << "students that share a teacher would change each other's bits";
}

// Lengths 4 and 3: 7 real positions, and the second of each sequence carries a label.
TEST(Objective, CountsRowsAndAddsUpOverSlices) {
  const StepBatch step = testing::RandomStepBatch({4, 3}, 1);
  const Objective objective = Make(testing::kTripleLoss);
  EXPECT_THAT(objective.Counts(step.Masks(0, 2)), ElementsAre(7, 7, 2));
  EXPECT_THAT(objective.Counts(step.Masks(0, 1)), ElementsAre(4, 4, 1));
  EXPECT_THAT(objective.Counts(step.Masks(1, 2)), ElementsAre(3, 3, 1));
}

TEST(Objective, NamesTheParametersOfItsTerms) {
  EncoderConfig wide = SmallEncoder(4);
  wide.hidden_size = 12;
  const Stage stage = testing::MakeStage(
      "loss { name: \"hidden\" hidden_mse { mapping { uniform {} } projection: PER_LAYER } } "
      "loss { name: \"mlm\" masked_lm {} }");
  const Objective objective = testing::MakeObjective(stage, kStudent, &wide);
  const std::vector<ParameterSpec> specs = objective.parameters();
  ASSERT_EQ(specs.size(), 2u);
  std::set<std::string> names;
  for (const ParameterSpec& spec : specs) {
    EXPECT_EQ(spec.size(), 8 * 12) << spec.name;
    names.insert(spec.name);
  }
  EXPECT_EQ(names.size(), 2u);
  for (const ParameterSpec& spec : objective.terms()[0].term->parameters()) {
    EXPECT_EQ(names.count(LossParameterName("hidden", spec.name)), 1u) << spec.name;
  }
  EXPECT_EQ(LossParameterName("hidden", "projection"), "loss.hidden.projection");
}

}  // namespace
}  // namespace retort
