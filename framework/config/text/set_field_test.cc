#include "framework/config/text/set_field.h"

#include <string>

#include "framework/config/test_catalogue.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Sweep Parsed(const std::string& text) {
  Sweep sweep;
  const absl::Status status = ParseText(text, "text", TestCatalogue(), &sweep);
  EXPECT_TRUE(status.ok()) << status;
  return sweep;
}

class SetFieldTest : public ::testing::Test {
 protected:
  SetFieldTest() : sweep_(Parsed(kGoodSweep)) {}
  std::string Set(const std::string& assignment) {
    return std::string(SetField(assignment, &sweep_, TestCatalogue()).message());
  }
  const Experiment& experiment() const { return sweep_.experiment(); }
  Sweep sweep_;
};

TEST_F(SetFieldTest, SetsScalars) {
  EXPECT_EQ(Set("stage.distil.adamw.learning_rate=1e-4"), "");
  EXPECT_EQ(experiment().stage(0).adamw().learning_rate(), 1e-4);
  EXPECT_EQ(Set("teacher.checkpoint=some/where"), "");
  EXPECT_EQ(experiment().teacher().checkpoint(), "some/where");
  EXPECT_EQ(Set("stage.distil.precision=BFLOAT16"), "");
  EXPECT_EQ(experiment().stage(0).precision(), BFLOAT16);
  EXPECT_EQ(Set("stage.distil.freeze=[word_embeddings, position_embeddings]"), "");
  EXPECT_EQ(experiment().stage(0).freeze(1), "position_embeddings");
}

TEST_F(SetFieldTest, SetsFieldsOfPlugins) {
  EXPECT_EQ(Set("stage.distil.loss.ce.test_soft.temperature=4"), "");
  TestSoftConfig soft;
  ASSERT_TRUE(experiment().stage(0).loss(0).plugin().UnpackTo(&soft));
  EXPECT_EQ(soft.temperature(), 4);
  EXPECT_EQ(Set("student.init.test_copy.mapping.test_stride={ offset: 2 }"), "");
  EXPECT_EQ(PrintLine(experiment().student().init(), TestCatalogue()),
            "test_copy { mapping { test_stride { offset: 2 } } }");
}

TEST_F(SetFieldTest, ErrorsNamePathWantedAndGot) {
  EXPECT_EQ(Set("stage.distil"), "--set stage.distil: want path=value");
  EXPECT_EQ(Set("stage.distil.adamw.learning_rate=fast"),
            "--set stage.distil.adamw.learning_rate: want double, got \"fast\"");
  EXPECT_EQ(Set("stage.distil.clip_norm=1 row_chunk: 2"),
            "--set stage.distil.clip_norm: want double, got \"1 row_chunk: 2\"");
  EXPECT_EQ(Set("stage.distil.precision=HALF"),
            "--set stage.distil.precision: want AUTO, FLOAT32, BFLOAT16, got \"HALF\"");
  EXPECT_EQ(Set("stage.distill.clip_norm=1"),
            "--set stage.distill.clip_norm: there is no stage \"distill\"; there are: distil, final; add one "
            "by stage.distill={ ... }");
  EXPECT_EQ(Set("stage.distil.loss.cee.weight=1"),
            "--set stage.distil.loss.cee.weight: there is no loss \"cee\"; there are: ce, hid, mlm; add "
            "one by loss.cee={ ... }");
  EXPECT_EQ(Set("teacher.check=a"),
            "--set teacher.check: retort.Teacher has no field \"check\"; its fields: checkpoint, dropout");
  EXPECT_THAT(Set("student.init.gone={}"),
              HasSubstr("has no field \"gone\"; its fields: teacher, plugin, test_copy, test_normal"));
  EXPECT_EQ(Set("stage.distil.adamw=5"), "--set stage.distil.adamw: want a message in braces, like {}, got \"5\"");
  EXPECT_EQ(Set("stage.distil.clip_norm.x=5"),
            "--set stage.distil.clip_norm.x: want no more after \"clip_norm\", which is double");
}

TEST_F(SetFieldTest, AddsChangesAndRemovesItemsOfLists) {
  EXPECT_EQ(Set("stage.distil.loss.soft={ weight: 0.5 test_soft { temperature: 3 } }"), "");
  ASSERT_EQ(experiment().stage(0).loss_size(), 4);
  EXPECT_EQ(PrintLine(experiment().stage(0).loss(3), TestCatalogue()),
            "name: \"soft\" weight: 0.5 test_soft { temperature: 3 }");
  EXPECT_EQ(Set("stage.distil.loss.soft={ weight: 2 }"), "");
  EXPECT_EQ(PrintLine(experiment().stage(0).loss(3), TestCatalogue()),
            "name: \"soft\" weight: 2 test_soft { temperature: 3 }");
  EXPECT_EQ(Set("stage.distil.remove=[soft, hid]"), "");
  ASSERT_EQ(experiment().stage(0).loss_size(), 2);
  EXPECT_EQ(experiment().stage(0).loss(1).name(), "mlm");
  EXPECT_EQ(Set("stage.more={ budget { steps: 3 } }"), "");
  EXPECT_EQ(experiment().stage(experiment().stage_size() - 1).name(), "more");
  EXPECT_EQ(Set("remove=[more]"), "");
  EXPECT_EQ(experiment().stage(experiment().stage_size() - 1).name(), "final");
}

TEST_F(SetFieldTest, SetsFieldsOfTheSweep) {
  EXPECT_EQ(Set("seeds=[7, 8]"), "");
  EXPECT_EQ(PrintLine(sweep_, TestCatalogue()).find("seeds: [7, 8]") == std::string::npos, false);
  EXPECT_EQ(Set("most_minutes=2.5"), "");
  EXPECT_EQ(sweep_.most_minutes(), 2.5);
  EXPECT_EQ(Set("controls=NONE"), "");
  EXPECT_EQ(sweep_.controls(), Sweep::NONE);
  EXPECT_EQ(Set("variant.quick={ overlay { stage { name: 'distil' clip_norm: 1 } } }"), "");
  EXPECT_EQ(sweep_.variant(sweep_.variant_size() - 1).name(), "quick");
  EXPECT_EQ(Set("experiment.stage.distil.clip_norm=3"), "");
  EXPECT_EQ(experiment().stage(0).clip_norm(), 3);
}

TEST_F(SetFieldTest, ErrorsOfItemsAndOfTheSweepNameWhatThereIs) {
  EXPECT_THAT(Set("sed=[1]"),
              HasSubstr("--set sed: there is no field \"sed\"; those of the experiment: teacher, student, "
                        "stage, remove, for_each; of the sweep: name, extends, experiment, seeds, "));
  EXPECT_EQ(Set("seeds=1"), "--set seeds: want a list like [a, b] of uint64, got \"1\"");
  EXPECT_EQ(Set("seeds=[ ]"), "--set seeds: want a list of at least one item, got none");
  EXPECT_EQ(Set("seeds=[x]"), "--set seeds: want a list like [a, b] of uint64, got \"[x]\"");
  EXPECT_EQ(Set("stage=5"), "--set stage: want stage.<name>");
  EXPECT_EQ(Set("stage.distil=5"), "--set stage.distil: want a message in braces, like {}, got \"5\"");
  EXPECT_EQ(
      Set("stage.distil.remove=[cos]"),
      "--set stage.distil.remove: experiment.stage.distil.remove: nothing is named \"cos\"; there are: ce, hid, mlm");
  EXPECT_THAT(Set("stage.distil.loss.new={ test_sof {} }"), HasSubstr("linked loss plugins: "));
}

// Names may hold what separates parts of a path, and a path from its value.
TEST_F(SetFieldTest, FollowsNamesWithDotsAndEqualsSigns) {
  sweep_ = Parsed(std::string(kGoodSweep) +
                  "variant { name: \"rate=0.1\" overlay { stage { name: \"distil\" clip_norm: 1 } } } "
                  "variant { name: \"0.25\" overlay { stage { name: \"distil\" clip_norm: 1 } } }");
  const Sweep before = sweep_;
  EXPECT_EQ(Set("variant.0.25.overlay.stage.distil.clip_norm=2"), "");
  EXPECT_EQ(Set("variant.rate=0.1.overlay.stage.distil.clip_norm=3"), "");
  const int last = sweep_.variant_size() - 1;
  EXPECT_EQ(sweep_.variant_size(), before.variant_size());
  EXPECT_EQ(sweep_.variant(last).overlay().stage(0).clip_norm(), 2);
  EXPECT_EQ(sweep_.variant(last - 1).overlay().stage(0).clip_norm(), 3);
  EXPECT_THAT(CompletePath("variant.0.25.ov", sweep_, TestCatalogue()), ElementsAre("variant.0.25.overlay."));
  EXPECT_THAT(Set("variant.0.3.overlay={}"), HasSubstr("there is no variant \"0\"; there are: "));
}

TEST_F(SetFieldTest, SaysThatNamesOfItemsStay) {
  EXPECT_EQ(Set("stage.distil.name=other"),
            "--set stage.distil.name: a name cannot be changed here; remove the item and add one of another name");
  EXPECT_EQ(Set("name="), "--set name: want a text, got none");
  EXPECT_EQ(Set("name=other"), "");
  EXPECT_EQ(sweep_.name(), "other");
}

TEST_F(SetFieldTest, AnErrorChangesNothing) {
  const std::string before = sweep_.SerializeAsString();
  EXPECT_NE(Set("stage.distil.adamw={ learning_rate: x }"), "");
  EXPECT_EQ(sweep_.SerializeAsString(), before);
}

TEST_F(SetFieldTest, CompletesPaths) {
  const auto complete = [&](const char* beginning) { return CompletePath(beginning, sweep_, TestCatalogue()); };
  EXPECT_THAT(complete("s"), ElementsAre("student.", "stage.", "seeds=", "share_data_across_seeds="));
  EXPECT_THAT(complete("stage."), ElementsAre("stage.distil.", "stage.final."));
  EXPECT_THAT(complete("stage.distil.lo"), ElementsAre("stage.distil.loss."));
  EXPECT_THAT(complete("stage.distil.loss.h"), ElementsAre("stage.distil.loss.hid."));
  EXPECT_THAT(complete("stage.distil.loss.ce.test_soft.t"), ElementsAre("stage.distil.loss.ce.test_soft.temperature="));
  EXPECT_THAT(complete("stage.distil.clip_norm."), IsEmpty());
  EXPECT_THAT(complete("nothing.here"), IsEmpty());
  EXPECT_THAT(complete("variant."), IsEmpty());
}

}  // namespace
}  // namespace retort
