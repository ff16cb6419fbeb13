// What users get wrong, by the text that MakePlan gives them.

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/base/file.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/model/family/family.h"
#include "framework/model/files/hugging_face.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::IsInvalidArgument;
using testing::IsOk;
using ::testing::StartsWith;
using testing::StatusIs;
using testing::TestSweep;

class PlanErrorsTest : public ::testing::Test {
 protected:
  absl::Status Error(const std::vector<std::string>& set, const std::string& more = "controls: NONE") {
    return sweep_.Make(sweep_.Text(more), set).status();
  }

  // Of the sweep with `to` in place of all of its text `from`.
  absl::Status ErrorOfText(const std::string& from, const std::string& to, const std::string& more = "controls: NONE") {
    const std::string text = sweep_.Text(more);
    EXPECT_THAT(text, HasSubstr(from));
    return sweep_.Make(absl::StrReplaceAll(text, {{from, to}})).status();
  }

  std::string WriteVocabulary(const std::string& contents) {
    const std::string path = sweep_.folder() + "/other_vocab.txt";
    EXPECT_THAT(AtomicWriteFile(path, contents), IsOk());
    return path;
  }

  TestSweep sweep_;
};

TEST_F(PlanErrorsTest, MissingFilesAreNamedWithTheirPlace) {
  EXPECT_THAT(ErrorOfText("/teacher\"", "/no_teacher\""),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(StartsWith("variant \"base\": "), HasSubstr("/no_teacher/config.json"))));
  EXPECT_THAT(ErrorOfText("/corpus\"", "/no_corpus\""),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(StartsWith("variant \"base\": stage \"distil\": "), HasSubstr("/no_corpus"))));
  EXPECT_THAT(Error({"student.vocabulary=" + sweep_.folder() + "/no.txt"}),
              StatusIs(absl::StatusCode::kNotFound, AllOf(StartsWith("variant \"base\": "), HasSubstr("/no.txt"))));
  EXPECT_THAT(Error({"student.init.checkpoint={ path: \"" + sweep_.folder() + "/no_student\" }"}),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(StartsWith("variant \"base\": stage \"distil\": "), HasSubstr("/no_student"))));
}

TEST_F(PlanErrorsTest, VariantsAreNamed) {
  EXPECT_THAT(Error({}, R"(variant { name: "wide" overlay { student { architecture { heads: 3 } } } })"),
              IsInvalidArgument("variant \"wide\": student.architecture.hidden_size: want"));
}

TEST_F(PlanErrorsTest, StudentsThatDoNotFitTheTeacher) {
  const std::vector<std::string> narrow = {"student.architecture.hidden_size=8", "student.init.random_normal={}"};
  EXPECT_THAT(Error(narrow), IsInvalidArgument("variant \"base\": stage \"distil\": loss \"cos\": "));
  EXPECT_THAT(Error(narrow), IsInvalidArgument("got 16 in the teacher and 8 in the student"));
  EXPECT_THAT(Error({"student.architecture.hidden_size=8"}),
              IsInvalidArgument("variant \"base\": stage \"distil\": layer_copy: embeddings.word"));
  EXPECT_THAT(Error({"student.init.layer_copy.mapping.explicit={ pair { student: 1 teacher: 3 } }"}),
              IsInvalidArgument("student layer 1 <- teacher layer 3 does not fit a teacher of 2 layers"));
  EXPECT_THAT(Error({"stage.distil.loss.ce.soft_targets.temperature=0"}),
              IsInvalidArgument("loss \"ce\": SoftTargetsConfig.temperature: want > 0, got 0"));
}

TEST_F(PlanErrorsTest, LengthsBeyondThePositions) {
  EXPECT_THAT(Error({"stage.distil.data.masked_lm.length=33"}),
              IsInvalidArgument(
                  "stage \"distil\": data: masked_lm: length: want at most the 32 positions of the student, got 33"));
  EXPECT_THAT(Error({"stage.distil.data.masked_lm.length=33", "student.architecture.max_positions=64",
                     "student.init.random_normal={}"}),
              IsInvalidArgument(
                  "stage \"distil\": data: masked_lm: length: want at most the 32 positions of the teacher, got 33"));
  EXPECT_THAT(
      Error({"stage.evaluate.evaluation.masked_lm.length=40"}),
      IsInvalidArgument(
          "stage \"evaluate\": evaluation: masked_lm: length: want at most the 32 positions of the student, got 40"));
}

TEST_F(PlanErrorsTest, MoreHeldOutSequencesThanThereAre) {
  EXPECT_THAT(Error({"stage.evaluate.evaluation.masked_lm.sequences=5000"}),
              IsInvalidArgument("stage \"evaluate\": evaluation: sequences: want at most the "));
  EXPECT_THAT(Error({"stage.distil.evaluate={ every_steps: 3 sequences: 5000 }"}),
              IsInvalidArgument("stage \"distil\": evaluate: sequences: want at most the "));
}

TEST_F(PlanErrorsTest, SplitsWithoutDocuments) {
  ASSERT_THAT(AtomicWriteFile(sweep_.corpus() + "/corpus.textproto",
                              "file { path: \"text.txt\" document: LINE } select_share: 0.1 report_share: 0"),
              IsOk());
  EXPECT_THAT(Error({}), IsInvalidArgument("stage \"evaluate\": "));
  EXPECT_THAT(Error({}), IsInvalidArgument("report"));
}

TEST_F(PlanErrorsTest, BatchesLargerThanTheCorpus) {
  EXPECT_THAT(Error({"stage.distil.batch.sequences=100000"}), IsInvalidArgument("stage \"distil\": batch"));
}

TEST_F(PlanErrorsTest, NoVocabulary) {
  std::filesystem::remove(sweep_.teacher() + "/vocab.txt");
  EXPECT_THAT(Error({}), IsInvalidArgument(
                             "variant \"base\": student.vocabulary: want the folder or file of a tokenizer, got none"));
  EXPECT_THAT(Error({"student.vocabulary=" + WriteVocabulary(testing::TinyVocabulary())}), IsOk())
      << "it is taken for the teacher's, which has as many pieces";
  const std::string small = WriteVocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
  EXPECT_THAT(Error({"student.vocabulary=" + small, "student.init.random_normal={}", "stage.distil.loss.ce.cosine={}"}),
              IsInvalidArgument("student.vocabulary: want the 57 pieces of the teacher, got 6"));
}

// The rows beyond the tokenizer's pieces are left aside, and its student gets and learns the others.
TEST_F(PlanErrorsTest, TeachersOfMorePiecesThanTheirTokenizer) {
  EncoderConfig padded = testing::TinyTeacherConfig();
  padded.vocabulary_size = 64;
  testing::WriteTinyTeacher(sweep_.teacher(), /*seed=*/5, padded);
  const auto plan = sweep_.Make(sweep_.Text("controls: NONE"));
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->stages[0].config.vocabulary_size, 57);
  EXPECT_TRUE(plan->stages[1].reads_teacher);
  EXPECT_THAT(plan->teachers,
              ::testing::ElementsAre(sweep_.teacher() + ": BertForMaskedLM with a head of vocabulary; left aside: 7 "
                                                        "rows beyond the 57 pieces of its tokenizer"));
  // Without a tokenizer nobody knows which rows those are.
  std::filesystem::remove(sweep_.teacher() + "/vocab.txt");
  EXPECT_THAT(
      Error({"student.vocabulary=" + WriteVocabulary(testing::TinyVocabulary()), "student.init.random_normal={}"}),
      IsInvalidArgument("got 64 pieces in the teacher and 57 in the student; if the teacher has rows that pad "
                        "it beyond its tokenizer's pieces, put its tokenizer into its folder"));
}

TEST_F(PlanErrorsTest, PrimaryMetricsThatNothingMeasures) {
  EXPECT_THAT(sweep_.Make(sweep_.Text(R"(report { primary_metric: "masked_lm/acuracy" })")),
              IsInvalidArgument("report.primary_metric: want one of masked_lm/cross_entropy, masked_lm/kl_to_teacher, "
                                "masked_lm/accuracy, got \"masked_lm/acuracy\""));
}

TEST_F(PlanErrorsTest, AnotherVocabularyThanTheTeachers) {
  const std::string small = WriteVocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
  EXPECT_THAT(Error({"student.vocabulary=" + small, "student.init.random_normal={}"}),
              IsInvalidArgument("got 57 pieces in the teacher and 6 in the student"));
  // Hidden states have no vocabulary, but the teacher that makes them does.
  EXPECT_THAT(Error({"student.vocabulary=" + small, "student.init.random_normal={}", "stage.distil.loss.ce.cosine={}"}),
              IsInvalidArgument("stage \"distil\": student.vocabulary: want the vocabulary of the teacher, " +
                                sweep_.teacher() + "/vocab.txt, which reads the same pieces, got " + small));
  // As many pieces, but other ones.
  std::string other = testing::TinyVocabulary();
  std::swap(other[other.find("\na\n") + 1], other[other.find("\nb\n") + 1]);
  EXPECT_THAT(Error({"student.vocabulary=" + WriteVocabulary(other)}),
              IsInvalidArgument("want the vocabulary of the teacher"));
}

TEST_F(PlanErrorsTest, MaskedLmWithoutAPieceForMaskedTokens) {
  const auto pieces = testing::TinyBytePieces({"<|endoftext|>", "1", "2", "3", "4"});
  testing::WriteTinyTeacher(sweep_.teacher(), 5, testing::TinyTeacherConfig(), pieces);
  const std::string want = "want a vocabulary with a piece for masked tokens, got one without";
  EXPECT_THAT(Error({}), IsInvalidArgument("stage \"distil\": masked_lm: " + want));
  std::string text = sweep_.Text("controls: NONE");
  const size_t begin = text.find("stage {"), end = text.find("evaluation {");
  text.replace(begin, end - begin, "stage { name: \"evaluate\" ");
  text = absl::StrReplaceAll(text, {{"sequences: 16", "sequences: 16 length: 24 corpus: \"" + sweep_.corpus() + "\""}});
  EXPECT_THAT(sweep_.Make(text).status(), IsInvalidArgument("stage \"evaluate\": evaluation: masked_lm: " + want));
}

TEST_F(PlanErrorsTest, ATeacherWithoutAHead) {
  EncoderConfig config = testing::TinyTeacherConfig();
  config.heads.clear();
  ParameterSet parameters(EncoderParameterSpecs(config), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(1, 0.1, 0, &parameters);
  const std::string folder = sweep_.folder() + "/headless";
  ASSERT_THAT(SaveModel(folder, config, parameters, {{"vocab.txt", testing::TinyVocabulary()}}), IsOk());
  EXPECT_THAT(
      Error({"teacher.checkpoint=" + folder}),
      IsInvalidArgument("stage \"distil\": teacher.checkpoint: want a model with a language-model head, got " + folder +
                        " without one (BertModel); take a model with one, or losses over hidden states"));
  const auto advice = [&](HeadKind kind, const std::vector<std::string>& classes) {
    HeadSpec head = FindFamily(config.family)->head(kind, config);
    head.classes = classes;
    EncoderConfig tuned = config;
    tuned.pooler = true;
    tuned.heads = {head};
    ParameterSet values(EncoderParameterSpecs(tuned), at::kFloat, c10::Device(at::kCPU));
    InitializeRandomNormal(1, 0.1, 0, &values);
    const std::string path = sweep_.folder() + "/tuned_" + HeadKindName(kind);
    EXPECT_THAT(SaveModel(path, tuned, values, {{"vocab.txt", testing::TinyVocabulary()}}), IsOk());
    return Error({"teacher.checkpoint=" + path, "student.architecture.language_model_head=true"});
  };
  EXPECT_THAT(advice(HeadKind::kClasses, {"a", "b"}),
              IsInvalidArgument("soft_targets { temperature: 2 head: CLASSES }"));
  EXPECT_THAT(advice(HeadKind::kScore, {}), IsInvalidArgument("compare its head of score: logit_mse { head: SCORE }"));
  // What reads hidden states alone needs none; what cannot be compared is left out.
  const auto plan =
      sweep_.Make(sweep_.Text("controls: NONE"), {"teacher.checkpoint=" + folder, "stage.distil.loss.ce.weight=0",
                                                  "student.architecture.language_model_head=true"});
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->stages[0].reads_teacher);
  EXPECT_FALSE(plan->stages[1].reads_teacher);
  EXPECT_THAT(plan->warnings,
              Contains(HasSubstr("the teacher is not evaluated: teacher.checkpoint: want a model with")));
}

TEST_F(PlanErrorsTest, LossesThatNeedATeacherWithoutOne) {
  const std::string no_teacher = "teacher { checkpoint: \"" + sweep_.teacher() + "\" }";
  EXPECT_THAT(ErrorOfText(no_teacher, ""),
              IsInvalidArgument("student.vocabulary: want the folder or file of a tokenizer, got none"));
  EXPECT_THAT(ErrorOfText(no_teacher, ""),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("variant \"base\": ")));
  const absl::Status status =
      sweep_
          .Make(absl::StrReplaceAll(sweep_.Text("controls: NONE"), {{no_teacher, ""}}),
                {"student.vocabulary=" + sweep_.teacher() + "/vocab.txt", "student.init.random_normal={}",
                 "student.architecture={ hidden_size: 8 heads: 2 intermediate_size: 8 max_positions: 32 }"})
          .status();
  EXPECT_THAT(status, IsInvalidArgument("stage \"distil\": loss \"ce\": SoftTargetsConfig: "));
  EXPECT_THAT(status, IsInvalidArgument("teacher"));
}

TEST_F(PlanErrorsTest, WhatTheStudentDoesNotHaveCannotBeFrozen) {
  EXPECT_THAT(Error({"stage.distil.freeze=[token_type_embeddings]"}),
              IsInvalidArgument("stage \"distil\": freeze: want position_embeddings, token_type_embeddings, "
                                "word_embeddings, padding_embedding, embeddings, or layers such as layers.2 or "
                                "layers.1-3 of this student, got \"token_type_embeddings\""));
  EXPECT_THAT(Error({"stage.distil.freeze=[position_embeddings, padding_embedding]"}), IsOk());
}

TEST_F(PlanErrorsTest, MetricsToKeepTheBestBy) {
  const std::string evaluate = "stage.distil.evaluate={ every_steps: 3 sequences: 8 }";
  EXPECT_THAT(
      Error({evaluate, "stage.distil.keep.best.metric=accuracy"}),
      IsInvalidArgument("stage \"distil\": keep.best.metric: want masked_lm/cross_entropy or masked_lm/accuracy, "
                        "got \"accuracy\""));
  EXPECT_THAT(Error({evaluate, "stage.distil.keep.best.metric=masked_lm/accuracy"}), IsOk());
}

TEST_F(PlanErrorsTest, VariantsThatDoNotExist) {
  PlanOptions options;
  options.only = {"base", "nobody"};
  EXPECT_THAT(sweep_.Make(sweep_.Text(), {}, options),
              IsInvalidArgument("--only: want variants of this sweep (base, init_only, scratch), got \"nobody\""));
}

TEST_F(PlanErrorsTest, NamesWithCommasThatCannotBeToldApart) {
  const auto variant = [](const std::string& name, const std::string& rate) {
    return "variant { name: \"" + name + "\" overlay { stage { name: \"distil\" adamw { learning_rate: " + rate +
           " } } } } ";
  };
  PlanOptions options;
  const std::string grid =
      R"(grid { name: "x" point { name: "1" overlay { stage { name: "distil" remove: "cos" } } } } )"
      R"(grid { name: "y" point { name: "2" overlay { stage { name: "distil" remove: "ce" } } } } )";
  options.only = {"x=1", "y=2"};
  EXPECT_THAT(sweep_.Make(sweep_.Text("controls: NONE " + grid), {}, options), IsOk());
  EXPECT_THAT(
      sweep_.Make(sweep_.Text("controls: NONE " + variant("y=2", "1e-4") + variant("x=1", "2e-4") + grid), {}, options),
      IsInvalidArgument("--only: want names that can be told apart, got \"x=1,y=2\", which is "));
}

// A training stage may have the name that the evaluation which is added would have.
TEST_F(PlanErrorsTest, AStageCalledEvaluate) {
  std::string text = sweep_.Text("controls: NONE");
  const size_t begin = text.find("stage {", text.find("adamw"));
  const size_t end = text.find("}", text.find("}", text.find("sequences: 16")) + 1);  // Of masked_lm, then evaluation.
  text.erase(begin, text.find("}", end + 1) + 1 - begin);
  text.replace(text.find("\"distil\""), 8, "\"evaluate\"");
  // What it would read by default is more than these few lines are.
  EXPECT_THAT(sweep_.Make(text), IsInvalidArgument("stage \"evaluate_\": evaluation: sequences: want at most the 44"));
}

// The controls are made first, which is no reason for other messages.
TEST_F(PlanErrorsTest, AreTheSameWithControls) {
  for (const std::string& set :
       {"student.vocabulary=" + sweep_.folder() + "/no.txt", "teacher.checkpoint=" + sweep_.folder() + "/no",
        std::string("student.architecture.heads=3"), std::string("stage.distil.loss.ce.soft_targets.temperature=0")}) {
    EXPECT_FALSE(Error({set}).ok()) << set;
    EXPECT_EQ(Error({set}, ""), Error({set})) << set;
  }
  std::filesystem::remove(sweep_.teacher() + "/vocab.txt");
  EXPECT_THAT(
      Error({}, ""),
      IsInvalidArgument("variant \"base\": student.vocabulary: want the folder or file of a tokenizer, got none"));
}

// Texts cannot say this: the loader refuses it.
TEST_F(PlanErrorsTest, StagesThatAreNotBefore) {
  ExpandedSweep sweep = sweep_.Expanded(sweep_.Text("controls: NONE"));
  sweep.variants[0].experiment.mutable_stage(0)->set_from("@later");
  Inputs inputs(sweep_.folder() + "/tokens", 1);
  EXPECT_THAT(MakePlan(sweep, {}, &inputs),
              IsInvalidArgument("from: want a training stage before this one, got \"@later\""));
  sweep.variants[0].experiment.mutable_stage(0)->clear_from();
  sweep.variants[0].experiment.mutable_stage(0)->set_teacher("@later");
  EXPECT_THAT(MakePlan(sweep, {}, &inputs),
              IsInvalidArgument("teacher: want a training stage before this one, got \"@later\""));
  sweep.variants[0].experiment.mutable_stage(0)->clear_teacher();
  sweep.variants[0].experiment.mutable_stage(0)->clear_budget();
  EXPECT_THAT(MakePlan(sweep, {}, &inputs),
              IsInvalidArgument("budget: want tokens, steps, epochs, student_flops or total_flops, got none"));
}

TEST_F(PlanErrorsTest, BudgetsBeyondCounting) {
  const auto error = [&](const std::string& budget) { return Error({"stage.distil.budget=" + budget}).ToString(); };
  const std::string want = ": want > 0, of at most 1000000000 steps";
  EXPECT_THAT(error("{ student_flops: 1e30 }"), HasSubstr("budget.student_flops" + want + " in all, got 1e+30 oper"));
  EXPECT_THAT(error("{ total_flops: 1e30 }"), HasSubstr("budget.total_flops" + want));
  EXPECT_THAT(error("{ tokens: 9223372036854775807 }"),
              HasSubstr("budget.tokens" + want + " in all, got 9223372036854775807 tokens"));
  for (const char* budget : {"steps: 9223372036854775807", "epochs: 1e30"}) {
    EXPECT_THAT(error(absl::StrCat("{ ", budget, " }")), HasSubstr(want));
  }
}

}  // namespace
}  // namespace retort
