#include "framework/config/text/overlay.h"

#include <string>

#include "framework/config/test_catalogue.h"
#include "framework/config/text/parse.h"
#include "framework/config/text/print.h"
#include "framework/config/text/set_field.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;

template <typename M>
M Parsed(const std::string& text) {
  M message;
  const absl::Status status = ParseText(text, "text", TestCatalogue(), &message);
  EXPECT_TRUE(status.ok()) << status;
  return message;
}

// The base with the overlay laid over it, in one line, or the error.
template <typename M>
std::string Laid(const std::string& base_text, const std::string& overlay_text) {
  M base = Parsed<M>(base_text);
  const absl::Status status = Overlay(Parsed<M>(overlay_text), &base);
  return status.ok() ? PrintLine(base, TestCatalogue()) : std::string(status.message());
}

template <typename M>
std::string Line(const std::string& text) {
  return PrintLine(Parsed<M>(text), TestCatalogue());
}

TEST(OverlayTest, ScalarsReplaceEvenByZero) {
  EXPECT_EQ(Laid<Stage>("clip_norm: 5 row_chunk: 7", "clip_norm: 0"), Line<Stage>("clip_norm: 0 row_chunk: 7"));
}

TEST(OverlayTest, MessagesMerge) {
  EXPECT_EQ(Laid<Stage>("adamw { learning_rate: 1 beta1: 0.5 }", "adamw { beta1: 0.25 beta2: 0.75 }"),
            Line<Stage>("adamw { learning_rate: 1 beta1: 0.25 beta2: 0.75 }"));
}

TEST(OverlayTest, OtherMembersOfAOneofReplace) {
  EXPECT_EQ(Laid<Stage>("linear { warmup: 0.5 }", "constant {}"), Line<Stage>("constant {}"));
  EXPECT_EQ(Laid<BatchSpec>("sequences: 4 micro_batches: 2", "tokens: 9"),
            Line<BatchSpec>("tokens: 9 micro_batches: 2"));
}

TEST(OverlayTest, NamedItemsMergeByNameAndNewOnesAreAppended) {
  EXPECT_EQ(Laid<Stage>("loss { name: 'a' weight: 1 } loss { name: 'b' weight: 2 }",
                        "loss { name: 'c' weight: 4 } loss { name: 'a' weight: 3 }"),
            Line<Stage>("loss { name: 'a' weight: 3 } loss { name: 'b' weight: 2 } loss { name: 'c' weight: 4 }"));
}

TEST(OverlayTest, ListsWithoutNamesReplace) {
  EXPECT_EQ(Laid<Stage>("freeze: ['a', 'b']", "freeze: 'c'"), Line<Stage>("freeze: 'c'"));
  EXPECT_EQ(Laid<Stage>("freeze: ['a', 'b']", "clip_norm: 1"), Line<Stage>("freeze: ['a', 'b'] clip_norm: 1"));
}

TEST(OverlayTest, RemoveDropsAndDoesNotStay) {
  EXPECT_EQ(Laid<Stage>("loss { name: 'a' } loss { name: 'b' } loss { name: 'c' }", "remove: ['a', 'c']"),
            Line<Stage>("loss { name: 'b' }"));
  EXPECT_EQ(Laid<Stage>("loss { name: 'a' weight: 2 }", "remove: 'a' loss { name: 'a' }"),
            Line<Stage>("loss { name: 'a' }"));
}

TEST(OverlayTest, RemovingWhatIsNotThereIsAnError) {
  EXPECT_EQ(
      Laid<Experiment>("stage { name: 's' loss { name: 'a' } loss { name: 'b' } }", "stage { name: 's' remove: 'ce' }"),
      "stage.s.remove: nothing is named \"ce\"; there are: a, b");
}

TEST(OverlayTest, ItemsOfAnOverlayNeedOneNameEach) {
  EXPECT_EQ(Laid<Stage>("", "loss { weight: 1 }"), "loss: want a name in each item of an overlay, got one without");
  EXPECT_EQ(Laid<Stage>("", "loss { name: 'a' } loss { name: 'a' }"), "loss: want each name once, got \"a\" twice");
}

TEST(OverlayTest, TheSamePluginMerges) {
  EXPECT_EQ(Laid<Loss>("test_soft { temperature: 2 }", "test_soft { rows: TEST_MASKED }"),
            Line<Loss>("test_soft { temperature: 2 rows: TEST_MASKED }"));
  EXPECT_EQ(Laid<Loss>("test_hidden { bias: true mapping { test_stride { offset: 2 } } }",
                       "test_hidden { mapping { test_top {} } }"),
            Line<Loss>("test_hidden { bias: true mapping { test_top {} } }"));
}

TEST(OverlayTest, AnotherPluginReplaces) {
  EXPECT_EQ(Laid<Loss>("weight: 3 test_soft { temperature: 2 }", "test_hidden {}"),
            Line<Loss>("weight: 3 test_hidden {}"));
}

TEST(OverlayTest, RemoveInsideOfAVariantIsData) {
  EXPECT_EQ(
      Laid<Sweep>("experiment { stage { name: 's' loss { name: 'a' } } }"
                  "variant { name: 'v' overlay { stage { name: 's' remove: 'a' loss { name: 'b' weight: 1 } } } }",
                  "variant { name: 'v' overlay { stage { name: 's' remove: 'b' clip_norm: 1 } } }"),
      Line<Sweep>("experiment { stage { name: 's' loss { name: 'a' } } }"
                  "variant { name: 'v' overlay { stage { name: 's' remove: ['a', 'b'] clip_norm: 1 } } }"));
}

class SetFieldTest : public ::testing::Test {
 protected:
  SetFieldTest() : experiment_(Parsed<Sweep>(kGoodSweep).experiment()) {}
  std::string Set(const std::string& assignment) {
    return std::string(SetField(assignment, &experiment_, TestCatalogue()).message());
  }
  Experiment experiment_;
};

TEST_F(SetFieldTest, SetsScalars) {
  EXPECT_EQ(Set("stage.distil.adamw.learning_rate=1e-4"), "");
  EXPECT_EQ(experiment_.stage(0).adamw().learning_rate(), 1e-4);
  EXPECT_EQ(Set("teacher.checkpoint=some/where"), "");
  EXPECT_EQ(experiment_.teacher().checkpoint(), "some/where");
  EXPECT_EQ(Set("stage.distil.precision=BFLOAT16"), "");
  EXPECT_EQ(experiment_.stage(0).precision(), BFLOAT16);
  EXPECT_EQ(Set("stage.distil.freeze=[word_embeddings, position_embeddings]"), "");
  EXPECT_EQ(experiment_.stage(0).freeze(1), "position_embeddings");
}

TEST_F(SetFieldTest, SetsFieldsOfPlugins) {
  EXPECT_EQ(Set("stage.distil.loss.ce.test_soft.temperature=4"), "");
  TestSoftConfig soft;
  ASSERT_TRUE(experiment_.stage(0).loss(0).plugin().UnpackTo(&soft));
  EXPECT_EQ(soft.temperature(), 4);
  EXPECT_EQ(Set("student.init.test_copy.mapping.test_stride={ offset: 2 }"), "");
  EXPECT_EQ(PrintLine(experiment_.student().init(), TestCatalogue()),
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
            "--set stage.distill.clip_norm: there is no stage \"distill\"; there are: distil, final");
  EXPECT_EQ(Set("stage.distil.loss.cee.weight=1"),
            "--set stage.distil.loss.cee.weight: there is no loss \"cee\"; there are: ce, hid, mlm");
  EXPECT_EQ(Set("teacher.check=a"),
            "--set teacher.check: retort.Teacher has no field \"check\"; its fields: checkpoint, dropout");
  EXPECT_THAT(Set("student.init.gone={}"),
              HasSubstr("has no field \"gone\"; its fields: teacher, plugin, test_copy, test_normal"));
  EXPECT_EQ(Set("stage.distil.adamw=5"), "--set stage.distil.adamw: want a message in braces, like {}, got \"5\"");
  EXPECT_EQ(Set("stage.distil.clip_norm.x=5"),
            "--set stage.distil.clip_norm.x: want no more after \"clip_norm\", which is double");
}

TEST_F(SetFieldTest, AnErrorChangesNothing) {
  const std::string before = experiment_.SerializeAsString();
  EXPECT_NE(Set("stage.distil.adamw={ learning_rate: x }"), "");
  EXPECT_EQ(experiment_.SerializeAsString(), before);
}

}  // namespace
}  // namespace retort
