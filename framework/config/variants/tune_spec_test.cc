#include "framework/config/variants/tune_spec.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/config/test_catalogue.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/expand.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A second training stage behind `distil`, for two tasks.
constexpr char kTasks[] = R"pb(
  experiment {
    for_each {
      task { name: "rt" }
      task { name: "cola" }
      stage {
        name: "tune"
        data { test_text { corpus: "rt" } }
        batch { sequences: 4 }
        budget { steps: 5 }
        loss {
          name: "ce"
          test_soft { temperature: 2 }
        }
        adamw { learning_rate: 1e-4 }
      }
    }
  }
)pb";

Sweep WithTune(const std::string& tune, const std::string& overlay = "") {
  Sweep sweep;
  for (const std::string& text : {std::string(kGoodSweep), overlay, absl::StrCat("tune { ", tune, " }")}) {
    const absl::StatusOr<Sweep> parsed = ParseSweep(text, "text", TestCatalogue());
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    if (!parsed.ok()) continue;
    EXPECT_TRUE(Overlay(*parsed, &sweep).ok());
  }
  return sweep;
}

std::string ErrorOf(const Sweep& sweep) { return std::string(Expand(sweep, {}, TestCatalogue()).status().message()); }

TEST(ExpandTune, HasASeedAndASplitThatTheReportDoesNotUse) {
  const auto expanded = Expand(WithTune("learning_rate: [1e-4, 1e-3]", "seeds: [4, 7, 5]"), {}, TestCatalogue());
  ASSERT_TRUE(expanded.ok()) << expanded.status();
  ASSERT_TRUE(expanded->tune.has_value());
  EXPECT_EQ(expanded->tune->seed(), 8u);
  EXPECT_EQ(expanded->tune->split(), "select");
  EXPECT_FALSE(ResolvedSweep(*expanded).has_tune()) << "the resolved sweep says what was chosen";
}

TEST(ExpandTune, Errors) {
  EXPECT_EQ(ErrorOf(WithTune("")), "tune: want learning_rate, sequences or epochs to choose from, got none");
  EXPECT_EQ(ErrorOf(WithTune("learning_rate: [0, 1e-3, 1e-3]")),
            "tune: learning_rate: want > 0, got 0\ntune: learning_rate: want each value once, got 0.001 twice");
  EXPECT_EQ(ErrorOf(WithTune("epochs: nan")), "tune: epochs: want > 0, got nan");
  EXPECT_EQ(ErrorOf(WithTune("learning_rate: 1 seed: 2", "seeds: [1, 2]")),
            "tune: seed: want one that is none of the sweep's (1, 2), got 2");
  EXPECT_EQ(ErrorOf(WithTune("learning_rate: 1 seed: 2 split: 'report'")),
            "tune: split: want a part of the data that the report never uses, like \"select\", got \"report\"");
  EXPECT_EQ(ErrorOf(WithTune("learning_rate: 1 stage: 'final'")),
            "tune: stage: want the name of a training stage (distil), got \"final\"");
  std::string many = "learning_rate: 1 sequences: [1";
  for (int i = 2; i < 102; ++i) absl::StrAppend(&many, ", ", i);
  EXPECT_EQ(ErrorOf(WithTune(many + "]")), "tune: want at most 100 combinations, got more");
}

TEST(TunedStages, TheLastOfEveryTaskOrTheNamedOnes) {
  const auto tuned = [](const std::string& tune, const std::string& overlay) {
    const auto expanded = Expand(WithTune(absl::StrCat("learning_rate: 1 ", tune), overlay), {}, TestCatalogue());
    EXPECT_TRUE(expanded.ok()) << expanded.status();
    std::vector<std::string> names;
    if (!expanded.ok()) return names;
    const Experiment& base = expanded->variants[0].experiment;
    for (const int index : TunedStages(base, *expanded->tune)) names.push_back(base.stage(index).name());
    return names;
  };
  EXPECT_THAT(tuned("", ""), ElementsAre("distil"));
  EXPECT_THAT(tuned("", kTasks), ElementsAre("rt_tune", "cola_tune"));
  EXPECT_THAT(tuned("stage: 'tune'", kTasks), ElementsAre("rt_tune", "cola_tune"));
  EXPECT_THAT(tuned("stage: 'cola_tune'", kTasks), ElementsAre("cola_tune"));
  EXPECT_THAT(tuned("stage: 'distil'", kTasks), ElementsAre("distil"));
  EXPECT_THAT(TunedStages(Experiment(), Tune()), IsEmpty());
}

}  // namespace
}  // namespace retort
