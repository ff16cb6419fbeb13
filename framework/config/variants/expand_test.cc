#include "framework/config/variants/expand.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/config/reflection.h"
#include "framework/config/test_catalogue.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "framework/config/variants/defaults.h"
#include "framework/config/variants/difference.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Sweep Parsed(const std::string& text) {
  absl::StatusOr<Sweep> sweep = ParseSweep(text, "text", TestCatalogue());
  EXPECT_TRUE(sweep.ok()) << sweep.status();
  return sweep.ok() ? *sweep : Sweep();
}

// The good sweep with more fields of Sweep and an overlay of it.
Sweep Changed(const std::string& more, const std::string& overlay = "") {
  Sweep sweep = Parsed(std::string(kGoodSweep) + more);
  const absl::Status status = Overlay(Parsed(overlay), &sweep);
  EXPECT_TRUE(status.ok()) << status;
  return sweep;
}

ExpandedSweep Expanded(const Sweep& sweep, const std::vector<std::string>& set = {}) {
  absl::StatusOr<ExpandedSweep> expanded = Expand(sweep, set, TestCatalogue());
  EXPECT_TRUE(expanded.ok()) << expanded.status();
  return expanded.ok() ? *std::move(expanded) : ExpandedSweep();
}

std::string ErrorOf(const Sweep& sweep) { return std::string(Expand(sweep, {}, TestCatalogue()).status().message()); }

// The error of the good sweep whose stage `distil` has a change.
std::string StageError(const std::string& change) {
  return ErrorOf(Changed("", "experiment { stage { name: 'distil' " + change + " } }"));
}

std::vector<std::string> VariantNames(const ExpandedSweep& expanded) {
  std::vector<std::string> names;
  for (const ExpandedVariant& variant : expanded.variants) names.push_back(variant.name);
  return names;
}

std::vector<std::string> LossNames(const Stage& stage) {
  std::vector<std::string> names;
  for (const Loss& loss : stage.loss()) names.push_back(loss.name());
  return names;
}

TEST(ExpandTest, BaseAloneHasItsDefaults) {
  const ExpandedSweep expanded = Expanded(Changed(""));
  EXPECT_THAT(VariantNames(expanded), ElementsAre("base"));
  EXPECT_THAT(expanded.seeds, ElementsAre(1));
  EXPECT_TRUE(expanded.controls);
  EXPECT_EQ(expanded.report.primary_metric(), "test_text/loss");
  const Experiment& experiment = expanded.variants[0].experiment;
  EXPECT_FALSE(experiment.student().architecture().has_hidden_size());
  const Stage& distil = experiment.stage(0);
  EXPECT_FALSE(distil.has_from());
  EXPECT_EQ(PrintLine(distil.data(), TestCatalogue()),
            "test_text { corpus: \"corpus\" length: 64 masking { rate: 0.15 } }");
  EXPECT_EQ(distil.loss(1).weight(), 1);
  EXPECT_EQ(distil.adamw().beta2(), 0.999);
  EXPECT_TRUE(distil.batch().group_by_length());
  EXPECT_EQ(distil.checkpoint_steps(), 100);
  EXPECT_TRUE(distil.keep().has_last());
  const Stage& final_stage = experiment.stage(1);
  EXPECT_EQ(final_stage.from(), "@distil");
  EXPECT_EQ(PrintLine(final_stage.evaluation(), TestCatalogue()),
            "test_text { corpus: \"corpus\" length: 64 split: \"report\" sequences: 512 }");
}

TEST(ExpandTest, DefaultsAreFilledOnce) {
  Experiment experiment = Expanded(Changed("")).variants[0].experiment;
  const std::string once = DeterministicBytes(experiment);
  FillDefaults(&experiment, TestCatalogue());
  EXPECT_EQ(DeterministicBytes(experiment), once);
}

TEST(ExpandTest, WithoutTeacherTheArchitectureIsBertsUnlessSaid) {
  Experiment experiment = Changed("").experiment();
  experiment.clear_teacher();
  experiment.mutable_student()->mutable_architecture()->set_family("distilbert");
  FillDefaults(&experiment, TestCatalogue());
  const Architecture& architecture = experiment.student().architecture();
  EXPECT_EQ(architecture.layers(), 3);
  EXPECT_EQ(architecture.hidden_size(), 768);
  EXPECT_TRUE(architecture.has_pooler());
  EXPECT_FALSE(architecture.pooler());
}

TEST(ExpandTest, WithoutTeacherAGpt2HasGpt2sPositionsAndEpsilon) {
  Experiment experiment = Changed("").experiment();
  experiment.clear_teacher();
  experiment.mutable_student()->mutable_architecture()->set_family("gpt2");
  FillDefaults(&experiment, TestCatalogue());
  const Architecture& architecture = experiment.student().architecture();
  EXPECT_EQ(architecture.max_positions(), 1024);
  EXPECT_EQ(architecture.layer_norm_epsilon(), 1e-5);
  EXPECT_FALSE(architecture.token_types() || architecture.pooler());
  EXPECT_EQ(architecture.hidden_size(), 768);
}

TEST(ExpandTest, AnEvaluationHasItsDefaultsAndThoseOfTheDataItFollows) {
  const std::string data =
      "experiment { stage { name: 'distil' data { test_text { corpus: 'text' } } } "
      "stage { name: 'final' evaluation { test_text { sequences: 7 } } } }";
  const ExpandedSweep expanded = Expanded(Changed("", data));
  EXPECT_EQ(expanded.report.primary_metric(), "test_text/loss");
  const Experiment& experiment = expanded.variants[0].experiment;
  EXPECT_EQ(PrintLine(experiment.stage(1).evaluation(), TestCatalogue()),
            "test_text { corpus: \"text\" length: 64 split: \"report\" sequences: 7 }");
  const ExpandedSweep named = Expanded(Changed("report { primary_metric: 'test_text/accuracy' }", data));
  EXPECT_EQ(named.report.primary_metric(), "test_text/accuracy");
}

TEST(ExpandTest, TheReportBeginsWithWhatTheLastEvaluationMeasures) {
  const ExpandedSweep expanded =
      Expanded(Changed("",
                       "experiment { stage { name: 'distil' data { test_text { corpus: 'text' } } } "
                       "stage { name: 'final' evaluation { test_pairs { length: 9 } } } }"));
  EXPECT_EQ(expanded.report.primary_metric(), "test_pairs/correlation");
}

TEST(ExpandTest, ConfigurationsOfDataAndEvaluationsAreChecked) {
  EXPECT_THAT(StageError("data { test_text { corpus: '' length: 1 } }"),
              ::testing::AllOf(HasSubstr("stage \"distil\": data: test_text: corpus: want a corpus folder, got none"),
                               HasSubstr("data: test_text: length: want >= 3, got 1")));
  EXPECT_EQ(ErrorOf(Changed("", "experiment { stage { name: 'final' evaluation { test_text { sequences: -1 } } } }")),
            "stage \"final\": evaluation: test_text: sequences: want > 0, got -1");
}

TEST(ExpandTest, WithoutAnEvaluationTheReportBeginsWithThatOfTheData) {
  Sweep sweep = Changed("");
  sweep.mutable_experiment()->mutable_stage()->RemoveLast();
  EXPECT_EQ(Expanded(sweep).report.primary_metric(), "test_text/loss");
}

TEST(ExpandTest, LeaveOneOutDropsEachLoss) {
  const ExpandedSweep expanded = Expanded(Changed("leave_one_out { stage: 'distil' }"));
  EXPECT_THAT(VariantNames(expanded), ElementsAre("base", "no_ce", "no_hid", "no_mlm"));
  EXPECT_THAT(LossNames(expanded.variants[2].experiment.stage(0)), ElementsAre("ce", "mlm"));
}

TEST(ExpandTest, GridIsTheProductOfItsAxes) {
  const ExpandedSweep expanded = Expanded(Changed(R"(
    grid { name: 'lr' point { name: '1e-4' overlay { stage { name: 'distil' adamw { learning_rate: 1e-4 } } } }
                      point { name: '1e-3' overlay { stage { name: 'distil' adamw { learning_rate: 1e-3 } } } } }
    grid { name: 'temp' point { name: '1' overlay { stage { name: 'distil' loss { name: 'ce' test_soft { temperature: 1 } } } } }
                        point { name: '2' } })"));
  EXPECT_THAT(VariantNames(expanded),
              ElementsAre("base", "lr=1e-4,temp=1", "lr=1e-4,temp=2", "lr=1e-3,temp=1", "lr=1e-3,temp=2"));
  EXPECT_EQ(DescribeDifference(expanded.variants[0].experiment, expanded.variants[3].experiment, TestCatalogue()),
            "stage.distil.loss.ce.test_soft.temperature: 2 -> 1\nstage.distil.adamw.learning_rate: 0.0005 -> 0.001");
}

TEST(ExpandTest, VariantsLieOverTheBase) {
  const ExpandedSweep expanded =
      Expanded(Changed("variant { name: 'random' overlay { student { init { test_normal {} } } } }"));
  EXPECT_EQ(PrintLine(expanded.variants[1].experiment.student().init(), TestCatalogue()), "test_normal { }");
}

TEST(ExpandTest, UsesAddTheDefinedLosses) {
  const ExpandedSweep expanded =
      Expanded(Changed("define { name: 'trm' loss { name: 'att' test_soft {} } loss { name: 'rep' test_hidden {} } }"
                       "define { name: 'one' loss { name: 'extra' test_soft {} } }"
                       "leave_one_out { stage: 'distil' }"
                       "variant { name: 'more' overlay { stage { name: 'distil' use: 'one' } } }",
                       "experiment { stage { name: 'distil' remove: ['hid', 'mlm'] use: 'trm' } }"));
  EXPECT_THAT(VariantNames(expanded), ElementsAre("base", "no_ce", "no_att", "no_rep", "more"));
  EXPECT_THAT(LossNames(expanded.variants[0].experiment.stage(0)), ElementsAre("ce", "att", "rep"));
  EXPECT_THAT(LossNames(expanded.variants[4].experiment.stage(0)), ElementsAre("ce", "att", "rep", "extra"));
  EXPECT_TRUE(expanded.variants[0].experiment.stage(0).use().empty());
}

TEST(ExpandTest, AssignmentsChangeTheBaseAndSoTheVariants) {
  const ExpandedSweep expanded =
      Expanded(Changed("leave_one_out { stage: 'distil' }"), {"stage.distil.budget.tokens=64"});
  EXPECT_EQ(expanded.variants[0].experiment.stage(0).budget().tokens(), 64);
  EXPECT_EQ(expanded.variants[3].experiment.stage(0).budget().tokens(), 64);
}

TEST(ExpandTest, ResolvedSweepExpandsToItself) {
  const Sweep resolved = ResolvedSweep(
      Expanded(Changed("seeds: [3, 4] controls: NONE leave_one_out { stage: 'distil' }"
                       "reference { variant: 'no_ce' metric: 'GLUE' delta: -2.96 source: 'arXiv:1910.01108' }")));
  EXPECT_EQ(resolved.variant_size(), 3);
  const Sweep read = Parsed(PrintSweep(resolved, TestCatalogue()));
  EXPECT_EQ(DeterministicBytes(ResolvedSweep(Expanded(read))), DeterministicBytes(resolved));
}

TEST(ExpandErrorTest, Names) {
  EXPECT_EQ(ErrorOf(Parsed("")), "name: want a name of at most 100 letters, digits, '_' and '-', got \"\"");
  EXPECT_EQ(ErrorOf(Changed("", "name: 'a/b'")),
            "name: want a name of at most 100 letters, digits, '_' and '-', got \"a/b\"");
  EXPECT_THAT(ErrorOf(Changed("", "name: '" + std::string(101, 'a') + "'")),
              HasSubstr("name: want a name of at most 100 letters"));
  for (const std::string& name : {std::string(".."), std::string("="), std::string(201, 'a')}) {
    EXPECT_THAT(ErrorOf(Changed("variant { name: '" + name + "' }")),
                HasSubstr("name: want at most 200 letters, digits and any of _-.,=+, at least one of the first two"))
        << name;
  }
  EXPECT_EQ(ErrorOf(Changed("seeds: [1, 2, 1]")), "seeds: want each seed once, got 1 twice");
  EXPECT_EQ(ErrorOf(Changed("variant { name: 'a' } variant { name: 'a' }")),
            "variant \"a\": name: want a name of its own, got one that is the name of another variant");
  EXPECT_THAT(ErrorOf(Changed("variant { name: 'base' }")), HasSubstr("is the sweep's own experiment"));
  EXPECT_EQ(ErrorOf(Changed("controls: NONE variant { name: 'teacher' }")),
            "variant \"teacher\": name: want a name of its own, got one that is the teacher's row in every report");
  EXPECT_THAT(ErrorOf(Changed("variant { name: 'scratch' }")), HasSubstr("is a control of every sweep"));
  EXPECT_EQ(ErrorOf(Changed("controls: NONE variant { name: 'scratch' }")), "");
  EXPECT_THAT(ErrorOf(Changed("reference { variant: 'no_c' metric: 'm' delta: 1 }")),
              HasSubstr("variant: want the name of a variant (base, init_only, scratch), got \"no_c\""));
}

TEST(ExpandErrorTest, UnknownNames) {
  EXPECT_EQ(ErrorOf(Changed("leave_one_out { stage: 'destil' }")),
            "leave_one_out: stage: want the name of a stage (distil, final), got \"destil\"");
  EXPECT_EQ(StageError("use: 'trm'"), "stage \"distil\": use: want the name of a define (none), got \"trm\"");
  EXPECT_EQ(ErrorOf(Changed("variant { name: 'v' overlay { stage { name: 'distil' remove: 'cos' } } }")),
            "variant \"v\": stage.distil.remove: nothing is named \"cos\"; there are: ce, hid, mlm");
}

TEST(ExpandErrorTest, Losses) {
  Sweep twice = Changed("");
  twice.mutable_experiment()->mutable_stage(0)->mutable_loss(1)->set_name("ce");
  EXPECT_EQ(ErrorOf(twice), "stage \"distil\": loss \"ce\": name: want each name once per stage, got it twice");
  EXPECT_EQ(StageError("loss { name: 'ce' weight: -1 }"),
            "stage \"distil\": loss \"ce\": weight: want a finite number >= 0, got -1");
  EXPECT_EQ(StageError("loss { name: 'ce' weight: nan }"),
            "stage \"distil\": loss \"ce\": weight: want a finite number of at most 3.40282e+38, got nan");
  EXPECT_EQ(StageError("loss { name: 'new' }"),
            "stage \"distil\": loss \"new\": plugin: want a loss plugin, got none; linked: test_hidden, test_soft");
  EXPECT_EQ(StageError("remove: ['ce', 'hid', 'mlm']"),
            "stage \"distil\": loss: want losses (training), `evaluation` or `augmentation`, got none of them");
}

TEST(ExpandErrorTest, StagesThatNameStages) {
  EXPECT_EQ(StageError("from: '@distil'"),
            "stage \"distil\": from: want \"@name\" of an earlier training stage (there is none), got \"@distil\", "
            "the stage itself");
  EXPECT_THAT(StageError("teacher: '@gone'"), HasSubstr("got \"@gone\", the name of no stage"));
  EXPECT_THAT(StageError("from: '@final'"), HasSubstr("got \"@final\", no training stage before this one"));
  EXPECT_EQ(ErrorOf(Changed("", "experiment { stage { name: 'final' from: 'distil' } }")),
            "stage \"final\": from: want \"@name\" of an earlier training stage (there are: distil), got \"distil\"");
  Sweep twice = Changed("");
  twice.mutable_experiment()->mutable_stage(1)->set_name("distil");
  EXPECT_THAT(ErrorOf(twice), HasSubstr("stage \"distil\": name: want each name once per experiment, got it twice"));
}

TEST(ExpandErrorTest, ASeedIsOfWhatIsTrained) {
  EXPECT_EQ(StageError("seed: 0"), "");
  EXPECT_EQ(ErrorOf(Changed("", "experiment { stage { name: 'final' seed: 1 } }")),
            "stage \"final\": seed: want it where something is trained");
}

TEST(ExpandErrorTest, WhatATrainingStageNeeds) {
  Sweep sweep = Changed("");
  Stage* stage = sweep.mutable_experiment()->mutable_stage(0);
  stage->clear_data();
  stage->clear_batch();
  stage->clear_budget();
  stage->mutable_adamw()->clear_learning_rate();
  stage->mutable_keep()->mutable_best()->set_metric("test_text/loss");
  TestTextEvaluationConfig evaluation;
  evaluation.set_corpus("c");
  PackAny(evaluation, sweep.mutable_experiment()->mutable_stage(1)->mutable_evaluation()->mutable_plugin());
  EXPECT_EQ(ErrorOf(sweep),
            "stage \"distil\": data: want a data plugin, got none; linked: test_text\n"
            "stage \"distil\": batch: want sequences or tokens, got neither\n"
            "stage \"distil\": budget: want tokens, steps, epochs, student_flops or total_flops, got none\n"
            "stage \"distil\": adamw: learning_rate: want > 0, got none\n"
            "stage \"distil\": keep: best: want `evaluate`, by which the best state is told, got none");
}

TEST(ExpandErrorTest, Ranges) {
  EXPECT_EQ(StageError("budget { steps: 0 }"), "stage \"distil\": budget: steps: want > 0, got 0");
  EXPECT_EQ(StageError("budget { epochs: nan }"),
            "stage \"distil\": budget: epochs: want a finite number of at most 3.40282e+38, got nan");
  EXPECT_EQ(StageError("adamw { beta2: 1 }"), "stage \"distil\": adamw: beta2: want a number >= 0 and < 1, got 1");
  EXPECT_EQ(StageError("batch { micro_batches: 0 }"), "stage \"distil\": batch: micro_batches: want >= 1, got 0");
  EXPECT_EQ(StageError("data { test_text { masking { rate: 1.5 } } }"),
            "stage \"distil\": data: test_text: masking: rate: want a number from 0 to 1, got 1.5");
  EXPECT_EQ(StageError("evaluate { every_steps: 1 sequences: 0 }"),
            "stage \"distil\": evaluate: sequences: want > 0, got 0");
  EXPECT_EQ(StageError("evaluate { every_steps: 1 } keep { best { metric: 'test_text/loss' patience: 0 } }"),
            "stage \"distil\": keep: best: patience: want at least 1 evaluation, got 0");
  EXPECT_THAT(StageError("freeze: 'everything'"), HasSubstr("stage \"distil\": freeze: want position_embeddings,"));
}

// In one place for all plugins, whatever their own rules say.
TEST(ExpandErrorTest, NumbersAreFinite) {
  for (const char* number : {"nan", "inf", "-inf", "1e999", "1e300", "-1e39"}) {
    EXPECT_THAT(StageError(absl::StrCat("loss { name: 'ce' test_soft { temperature: ", number, " } }")),
                HasSubstr("stage \"distil\": loss \"ce\": test_soft: temperature: want a finite number of at most"));
    EXPECT_THAT(StageError(absl::StrCat("data { test_text { masking { rate: ", number, " } } }")),
                HasSubstr("stage \"distil\": data: test_text: masking: rate: want a finite number"));
    EXPECT_THAT(StageError(absl::StrCat("adamw { epsilon: ", number, " }")),
                HasSubstr("stage \"distil\": adamw: epsilon: want a finite number"));
  }
  EXPECT_EQ(ErrorOf(Changed("reference { variant: 'base' metric: 'm' delta: inf }")),
            "reference[0]: delta: want a finite number of at most 3.40282e+38, got inf");
  EXPECT_EQ(ErrorOf(Changed("most_minutes: inf")),
            "most_minutes: want a finite number of at most 3.40282e+38, got inf");
}

TEST(ExpandErrorTest, SizesHaveLimits) {
  const auto error = [](const std::string& field) {
    return ErrorOf(Changed("", "experiment { student { architecture { " + field + ": 2147483647 } } }"));
  };
  EXPECT_EQ(error("layers"), "student: architecture: layers: want at most 1000, got 2147483647");
  EXPECT_EQ(error("hidden_size"), "student: architecture: hidden_size: want at most 1048576, got 2147483647");
  EXPECT_EQ(error("max_positions"), "student: architecture: max_positions: want at most 1048576, got 2147483647");
}

TEST(ExpandErrorTest, StudentNeedsAnInitialisation) {
  Sweep sweep = Changed("");
  sweep.mutable_experiment()->mutable_student()->clear_init();
  EXPECT_EQ(ErrorOf(sweep), "student: init: want an initialisation; linked init plugins: test_copy, test_normal");
}

TEST(ExpandErrorTest, AStudentThatNoStageBeginsAsNeedsNone) {
  Sweep sweep = Changed("", "experiment { stage { name: 'distil' from: 'TEACHER' } }");
  sweep.mutable_experiment()->clear_student();
  EXPECT_EQ(ErrorOf(sweep), "");
  sweep.mutable_experiment()->mutable_stage(0)->set_from("INIT");
  EXPECT_EQ(ErrorOf(sweep), "student: init: want an initialisation; linked init plugins: test_copy, test_normal");
}

TEST(ExpandErrorTest, VariantsSayWhichTheyAre) {
  EXPECT_EQ(ErrorOf(Changed("variant { name: 'a' overlay { stage { name: 'distil' budget { tokens: -1 } } } }"
                            "variant { name: 'b' overlay { stage { name: 'distil' clip_norm: -2 } } }")),
            "variant \"a\": stage \"distil\": budget: tokens: want > 0, got -1\n"
            "variant \"b\": stage \"distil\": clip_norm: want a finite number >= 0, got -2");
}

}  // namespace
}  // namespace retort
