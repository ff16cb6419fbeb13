#include "framework/config/variants/validate/check_carry.h"

#include <string>

#include "framework/config/test_catalogue.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/expand.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The good sweep with a stage `tune` that carries a loss of `distil`, a change of it, and more fields of Sweep.
Sweep Tuned(const std::string& change = "", const std::string& more = "") {
  absl::StatusOr<Sweep> sweep = ParseSweep(std::string(kGoodSweep) + more, "text", TestCatalogue());
  absl::StatusOr<Sweep> stage = ParseSweep(R"(experiment { stage {
      name: 'tune' from: '@distil' data { test_text { corpus: 'corpus' length: 64 } }
      batch { sequences: 16 } budget { steps: 4 }
      loss { name: 'hid' test_hidden { mapping { test_stride {} } } } loss { name: 'new' test_soft { temperature: 1 } }
      adamw { learning_rate: 1e-4 } carry: 'hid' } })",
                                           "text", TestCatalogue());
  absl::StatusOr<Sweep> changed =
      ParseSweep("experiment { stage { name: 'tune' " + change + " } }", "text", TestCatalogue());
  EXPECT_TRUE(sweep.ok() && stage.ok() && changed.ok()) << sweep.status() << stage.status() << changed.status();
  EXPECT_TRUE(Overlay(*stage, &*sweep).ok());
  EXPECT_TRUE(Overlay(*changed, &*sweep).ok());
  return *std::move(sweep);
}

std::string ErrorOf(const std::string& change) {
  return std::string(Expand(Tuned(change), {}, TestCatalogue()).status().message());
}

const Stage& TuneOf(const ExpandedVariant& variant) {
  for (const Stage& stage : variant.experiment.stage()) {
    if (stage.name() == "tune") return stage;
  }
  ADD_FAILURE() << variant.name;
  return Stage::default_instance();
}

TEST(CheckCarryTest, NamesLossesOfBothStages) {
  EXPECT_EQ(ErrorOf(""), "");
  EXPECT_EQ(ErrorOf("carry: 'hidden'"),
            "stage \"tune\": carry: want names of losses of this stage (hid, new), got \"hidden\"\n"
            "stage \"tune\": carry: want names of losses of stage \"distil\" (ce, hid, mlm), got \"hidden\"");
  EXPECT_EQ(ErrorOf("carry: 'new'"),
            "stage \"tune\": carry: want names of losses of stage \"distil\" (ce, hid, mlm), got \"new\"");
}

TEST(CheckCarryTest, WantsAStageToGoOnFrom) {
  EXPECT_EQ(ErrorOf("from: 'INIT'"),
            "stage \"tune\": carry: want a stage that goes on with another's student (from: \"@name\"), got one from "
            "INIT; in an overlay, carry: \"\" carries nothing");
  EXPECT_THAT(ErrorOf("from: 'TEACHER'"), HasSubstr("got one from TEACHER"));
  EXPECT_EQ(ErrorOf("from: 'INIT' carry: ''"), "");
}

TEST(CheckCarryTest, AVariantWithoutTheLossCarriesNothing) {
  const auto expanded = Expand(Tuned("", "leave_one_out { stage: 'tune' }"), {}, TestCatalogue());
  ASSERT_TRUE(expanded.ok()) << expanded.status();
  ASSERT_EQ(expanded->variants.size(), 3u);
  EXPECT_THAT(TuneOf(expanded->variants[0]).carry(), ElementsAre("hid"));
  EXPECT_THAT(TuneOf(expanded->variants[1]).carry(), IsEmpty()) << expanded->variants[1].name;
  EXPECT_THAT(TuneOf(expanded->variants[2]).carry(), ElementsAre("hid")) << expanded->variants[2].name;
}

TEST(CheckCarryTest, ClippingIsOfOneKind) {
  EXPECT_EQ(ErrorOf("clip_tensor_norm: 1"), "");
  EXPECT_EQ(ErrorOf("clip_tensor_norm: -1"), "stage \"tune\": clip_tensor_norm: want a finite number >= 0, got -1");
  EXPECT_EQ(ErrorOf("clip_norm: 5 clip_tensor_norm: 1"),
            "stage \"tune\": clip_tensor_norm: want it or clip_norm, the other absent or 0, got both");
  EXPECT_EQ(ErrorOf("freeze: 'padding_embedding'"), "");
}

}  // namespace
}  // namespace retort
