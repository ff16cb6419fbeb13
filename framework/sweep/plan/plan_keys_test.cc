// What changes the address of a result, and what does not.

#include <filesystem>

#include "framework/base/file.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/test_sweep.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::IsOk;
using testing::TestSweep;

// The addresses of the base's training, of its evaluation, and of the teacher's scores.
struct Keys {
  std::string distil, evaluate, teacher_scores;
};

class PlanKeysTest : public ::testing::Test {
 protected:
  PlanKeysTest() : before_(Get()) {}

  Keys Get(const std::vector<std::string>& set = {}, const std::string& more = "controls: NONE",
           const std::string& variant = "base", const PlanOptions& options = {}) {
    const absl::StatusOr<Plan> plan = sweep_.Make(sweep_.Text(more), set, options);
    EXPECT_THAT(plan, IsOk());
    if (!plan.ok()) return {};
    const uint64_t seed = plan->sweep.seeds.front();
    const PlannedStage& evaluate = plan->stages[plan->Find(variant, seed, "evaluate")];
    return {plan->stages[plan->Find(variant, seed, "distil")].key, evaluate.key,
            evaluate.evaluation().teacher_scores_key};
  }

  // Everything is computed anew, but the teacher's own scores if they stay.
  void ExpectNew(const Keys& now, bool teacher_scores_too, const std::string& what) {
    EXPECT_NE(now.distil, before_.distil) << what;
    EXPECT_NE(now.evaluate, before_.evaluate) << what;
    EXPECT_EQ(now.teacher_scores != before_.teacher_scores, teacher_scores_too) << what;
  }
  void ExpectSame(const Keys& now, const std::string& what) {
    EXPECT_EQ(now.distil, before_.distil) << what;
    EXPECT_EQ(now.evaluate, before_.evaluate) << what;
    EXPECT_EQ(now.teacher_scores, before_.teacher_scores) << what;
  }

  TestSweep sweep_;
  Keys before_;
};

TEST_F(PlanKeysTest, AreReproducible) { ExpectSame(Get(), "again"); }

TEST_F(PlanKeysTest, ChangeWithWhatDecidesTheStudent) {
  for (const char* set : {
           "student.architecture.hidden_dropout=0.2",
           "student.architecture.initializer_range=0.03",
           "student.architecture.family=bert",
           "student.init.random_normal={}",
           "student.init.layer_copy.mapping.bottom={}",
           "teacher.dropout=true",
           "stage.distil.loss.ce.weight=4",
           "stage.distil.loss.ce.weight=0",
           "stage.distil.loss.ce.soft_targets.temperature=3",
           "stage.distil.loss.ce.soft_targets.rows=LABELLED",
           "stage.distil.loss.cos.hidden_mse={ mapping { top {} } }",
           "stage.distil.adamw.learning_rate=2e-3",
           "stage.distil.adamw.beta2=0.98",
           "stage.distil.adamw.weight_decay=0.01",
           "stage.distil.adamw.bias_correction=false",
           "stage.distil.constant.from_zero=true",
           "stage.distil.clip_tensor_norm=1",
           "stage.distil.freeze=[padding_embedding]",
           "stage.distil.linear={}",
           "stage.distil.clip_norm=5",
           "stage.distil.freeze=[word_embeddings]",
           "stage.distil.precision=BFLOAT16",
           "stage.distil.normalization=PER_MICRO_BATCH",
           "stage.distil.row_chunk=64",
           "stage.distil.budget.steps=13",
           "stage.distil.batch.sequences=4",
           "stage.distil.batch.tokens=100",
           "stage.distil.batch.micro_batches=2",
           "stage.distil.batch.group_by_length=false",
           "stage.distil.data.masked_lm.min_length=5",
           "stage.distil.data.masked_lm.bert_masking.rate=0.2",
           "stage.distil.data.masked_lm.distilbert_masking={}",
           "stage.distil.data.masked_lm.mask_scope=MICRO_BATCH",
           "stage.distil.evaluate={ every_steps: 3 sequences: 8 }",
       }) {
    ExpectNew(Get({set}), /*teacher_scores_too=*/false, set);
  }
}

TEST_F(PlanKeysTest, ChangeWithTheSeed) {
  const Keys other = Get({}, "controls: NONE seeds: [2]");
  ExpectNew(other, /*teacher_scores_too=*/false, "seed 2");
}

TEST_F(PlanKeysTest, AreThoseOfASeedWhoeverGivesIt) {
  ExpectNew(Get({"stage.distil.seed=2"}), /*teacher_scores_too=*/false, "seed 2 of a stage");
  EXPECT_EQ(Get({"stage.distil.seed=2"}).distil, Get({}, "controls: NONE seeds: [2]").distil);
  ExpectSame(Get({"stage.distil.seed=1"}), "the sweep's own seed");
}

TEST_F(PlanKeysTest, ChangeWithWhatSelectsWhileTraining) {
  const std::string evaluate = "stage.distil.evaluate={ every_steps: 3 sequences: 8 }";
  const std::string key = Get({evaluate}).distil;
  for (const char* set : {"stage.distil.evaluate.every_steps=4", "stage.distil.evaluate.sequences=9",
                          "stage.distil.evaluate.split=report", "stage.distil.keep.best.metric=masked_lm/accuracy"}) {
    EXPECT_NE(Get({evaluate, set}).distil, key) << set;
  }
}

TEST_F(PlanKeysTest, OfEvaluationsChangeWithWhatIsEvaluated) {
  for (const char* set : {
           "stage.evaluate.evaluation.masked_lm.sequences=15",
           "stage.evaluate.evaluation.masked_lm.mask_seed=1",
           "stage.evaluate.evaluation.masked_lm.split=select",
           "stage.evaluate.evaluation.masked_lm.length=20",
       }) {
    const Keys now = Get({set});
    EXPECT_EQ(now.distil, before_.distil) << set;
    EXPECT_NE(now.evaluate, before_.evaluate) << set;
    EXPECT_NE(now.teacher_scores, before_.teacher_scores) << set;
  }
}

TEST_F(PlanKeysTest, ChangeWithTheBytesOfTheCorpus) {
  testing::WriteTinyCorpus(sweep_.corpus(), 400, /*seed=*/2);
  ExpectNew(Get(), /*teacher_scores_too=*/true, "corpus");
}

TEST_F(PlanKeysTest, ChangeWithTheSharesOfTheCorpus) {
  ASSERT_THAT(AtomicWriteFile(sweep_.corpus() + "/corpus.textproto",
                              "file { path: \"text.txt\" document: LINE } select_share: 0.1 report_share: 0.2"),
              IsOk());
  ExpectNew(Get(), /*teacher_scores_too=*/true, "shares");
}

TEST_F(PlanKeysTest, ChangeWithTheBytesOfTheTeacher) {
  testing::WriteTinyTeacher(sweep_.teacher(), /*seed=*/6);
  ExpectNew(Get(), /*teacher_scores_too=*/true, "teacher");
}

TEST_F(PlanKeysTest, ChangeWithTheBytesOfAnInitialCheckpoint) {
  const std::string folder = sweep_.folder() + "/initial";
  const std::vector<std::string> set = {"student.init.checkpoint={ path: \"" + folder + "\" }",
                                        "student.architecture={ layers: 2 token_types: true }"};
  testing::WriteTinyTeacher(folder, 7);
  const Keys first = Get(set);
  EXPECT_EQ(Get(set).distil, first.distil);
  testing::WriteTinyTeacher(folder, 8);
  const Keys second = Get(set);
  EXPECT_NE(first.distil, second.distil);
  EXPECT_NE(first.evaluate, second.evaluate);
}

TEST_F(PlanKeysTest, ChangeWithTheVocabulary) {
  std::string vocabulary = testing::TinyVocabulary();
  std::swap(vocabulary[vocabulary.find("\na\n") + 1], vocabulary[vocabulary.find("\nb\n") + 1]);
  ASSERT_THAT(AtomicWriteFile(sweep_.teacher() + "/vocab.txt", vocabulary), IsOk());
  ExpectNew(Get(), /*teacher_scores_too=*/true, "vocabulary");
}

TEST_F(PlanKeysTest, ChangeWithTheSourcesOfThePluginsInUse) {
  PluginCatalogue& catalogue = PluginCatalogue::Global();
  auto edited = [&](PluginKind kind, const char* name) {
    const std::string digest = catalogue.Digest(kind, name);
    catalogue.AddDigest(kind, name, digest + "x");
    const Keys keys = Get();
    catalogue.AddDigest(kind, name, digest);
    return keys;
  };
  ExpectNew(edited(PluginKind::kLoss, "cosine"), /*teacher_scores_too=*/false, "cosine");
  ExpectNew(edited(PluginKind::kInit, "layer_copy"), /*teacher_scores_too=*/false, "layer_copy");
  ExpectNew(edited(PluginKind::kMapping, "top"), /*teacher_scores_too=*/false, "top");
  ExpectSame(edited(PluginKind::kLoss, "attention_mse"), "attention_mse");
}

TEST_F(PlanKeysTest, ChangeWithTheDevice) {
  PlanOptions options;
  options.device = c10::Device(at::kCUDA, 0);
  ExpectNew(Get({}, "controls: NONE", "base", options), /*teacher_scores_too=*/true, "device");
}

TEST_F(PlanKeysTest, StayWithWhatIsForPeople) {
  for (const char* more : {
           R"(controls: BOTH)",
           R"(controls: NONE variant { name: "x" overlay { stage { name: "distil" remove: "cos" } } })",
           R"(controls: NONE leave_one_out { stage: "distil" })",
           R"(controls: NONE seeds: [1, 2])",
           R"(controls: NONE seeds: [1, 2] share_data_across_seeds: true)",
           R"(controls: NONE report { primary_metric: "masked_lm/accuracy" })",
           R"(controls: NONE reference { variant: "base" metric: "GLUE" value: 77 source: "a paper" })",
           R"(controls: NONE most_minutes: 1e9)",
       }) {
    ExpectSame(Get({}, more), more);
  }
  ExpectSame(Get({}, "controls: NONE variant { name: \"same\" overlay { } }", "same"), "the name of a variant");
}

TEST_F(PlanKeysTest, StayWithWhatChangesNothing) {
  ExpectSame(Get({"stage.distil.checkpoint_steps=3"}), "how often checkpoints are written");
  ExpectSame(Get({"stage.distil.precision=FLOAT32"}), "what AUTO means here");
  ExpectSame(Get({"stage.distil.row_chunk=512"}), "a default spelled out");
  ExpectSame(Get({"stage.distil.data.masked_lm.bert_masking.rate=0.15"}), "a default spelled out");
}

TEST_F(PlanKeysTest, StayWhereTheSameBytesLieElsewhere) {
  const std::string moved = sweep_.folder() + "/moved";
  std::filesystem::copy(sweep_.teacher(), moved, std::filesystem::copy_options::recursive);
  std::filesystem::copy(sweep_.corpus(), moved + "_corpus", std::filesystem::copy_options::recursive);
  ExpectSame(Get({"teacher.checkpoint=" + moved, "stage.distil.data.masked_lm.corpus=" + moved + "_corpus",
                  "stage.evaluate.evaluation.masked_lm.corpus=" + moved + "_corpus"}),
             "moved");
}

TEST_F(PlanKeysTest, FollowFromTheStagesBefore) {
  auto key = [&](const std::vector<std::string>& set) {
    const absl::StatusOr<Plan> plan = sweep_.Make(sweep_.Text("controls: NONE", testing::StageText("second")), set);
    EXPECT_THAT(plan, IsOk());
    return plan->stages[plan->Find("base", 1, "second")].key;
  };
  EXPECT_NE(key({}), key({"stage.distil.loss.ce.weight=4"}));
  EXPECT_NE(key({}), key({"stage.second.batch.sequences=5"}));
  EXPECT_EQ(key({}), key({"stage.evaluate.evaluation.masked_lm.sequences=9"}));
}

}  // namespace
}  // namespace retort
