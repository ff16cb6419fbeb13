#include "framework/report/files/card/model_card.h"

#include "framework/report/analysis/fake_sweep.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Render(const SweepResult& sweep, const std::string& teacher) {
  const StudentFacts facts = {"a", 2, teacher, {"`distil`: 12 steps; losses `ce`"}, {"corpus (data/corpora/wiki)"}};
  return RenderModelCards(sweep, {facts})->front();
}

TEST(RenderModelCards, SaysWhatTheStudentIs) {
  SweepResult sweep = TinySweep();
  sweep.run = {"2026-11-28 20:14 UTC", "sweep tiny.textproto", 1};
  sweep.environment["commit"] = "e8e1874";
  const std::string card = Render(sweep, "google-bert/bert-base-uncased");
  EXPECT_THAT(card, StartsWith("---\nlibrary_name: transformers\nbase_model: \"google-bert/bert-base-uncased\"\n"));
  for (const char* part :
       {"model-index:\n- name: \"tiny: a, seed 2\"", "type: \"m/cross_entropy\"", "value: 6\n",
        "---\n\n# tiny: a, seed 2", "Against `base`:\n\n```\nstage.distil.clip_norm: 1, was 5\n```",
        "- `distil`: 12 steps; losses `ce`\n", "| cross-entropy, nats | 6.0 | 5.0 ± 1.4 | +3",
        "- corpus (data/corpora/wiki)\n", "- command: `sweep tiny.textproto`\n", "- commit: e8e1874\n"}) {
    EXPECT_THAT(card, HasSubstr(part));
  }
}

TEST(RenderModelCards, FoldersAreNoNamesOnTheHub) {
  EXPECT_THAT(Render(TinySweep(), "data/teachers/mini"),
              HasSubstr("\n# base_model: \"data/teachers/mini\"  # its name"));
  EXPECT_THAT(Render(TinySweep(), "none"), HasSubstr("\n# base_model: \"none\""));
}

TEST(RenderModelCards, WithoutScoresThereAreNoResults) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores.clear();
  const std::string card = Render(sweep, "none");
  EXPECT_THAT(card, Not(HasSubstr("## Results")));
  EXPECT_THAT(card, Not(HasSubstr("model-index")));
}

}  // namespace
}  // namespace retort
