#include "framework/report/files/page/html.h"

#include <algorithm>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/page/page_assets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(const SweepResult& sweep) { return RenderHtml(sweep, *Analyse(sweep), {"results.json"}); }

// The page without what is embedded in it.
std::string OwnMarkup(const std::string& html) {
  return html.substr(0, html.find("<script type=\"application/json\""));
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(RenderHtml, HasEveryPart) {
  const std::string html = Render(FakeSweep());
  for (const char* part :
       {"<h1>quickstart</h1>", "<p class=\"answer\">Against base (cross-entropy", "Before you read on",
        "more than 20 points", "Difference to base", "id=\"forest0\"", "id=\"forest2\" hidden", "<h2>Results</h2>",
        "<h2>Published effects</h2>", "−2.96 GLUE macro", "<h2>While training</h2>", "<h2>Loss terms</h2>",
        "Resolved configuration", "student { architecture", "AVX512",
        "no_ce: +0.22 nats (95 % CI 0.19 to 0.25; 3 seeds x 512 sequences; screening), for this teacher"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(RenderHtml, SaysWhatWasTunedStoppedAndAveraged) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(Render(sweep), Not(HasSubstr("<h2>Tuning</h2>")));
  TunedStage tuned{"a", "distil", "select", 9, sweep.metrics[0], {}};
  tuned.points = {{"learning_rate=0.1", 2.75}, {"learning_rate=<0.01>", 2.5}};
  sweep.tuning = {tuned};
  sweep.runs[2].stopped_steps = {{"distil", 140}};
  sweep.macros = {{sweep.metrics[0], {{"x", {{"eval", "m/cross_entropy"}}}}}};
  sweep.macros[0].metric.label = "macro";
  const std::string html = OwnMarkup(Render(sweep));
  for (const char* part : {"<h2>Tuning</h2>", "with seed 9 on the split select", "learning_rate=&lt;0.01&gt;",
                           "a stopped early: distil after step 140 with seed 1.",
                           "macro: mean over tasks of m/cross_entropy.", "A macro average is the mean over tasks."}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(RenderHtml, SaysHowItWasRun) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(Render(sweep), Not(HasSubstr("evidence run")));
  sweep.run = {"2026-11-28 20:14 UTC", "sweep '<a>.textproto'", 754};
  sweep.environment["commit"] = "e8e1874";
  EXPECT_THAT(Render(sweep), HasSubstr("2026-11-28 20:14 UTC · in 12:34 · commit e8e1874 · <code>sweep "
                                       "&#39;&lt;a&gt;.textproto&#39;</code>"));
}

TEST(RenderHtml, SaysWhatVariantsChange) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(Render(sweep), Not(HasSubstr("What variants change")));
  sweep.settings = {{"stage.distil.clip_norm", {"5", "1"}}, {"student.init", {"a", "a"}}};
  EXPECT_THAT(Render(sweep), AllOf(HasSubstr("What variants change (2 settings)"),
                                   HasSubstr("<th scope=\"row\">stage.distil.clip_norm</th><td class=\"text\">5</td>"
                                             "<td class=\"text changed\">1</td>")));
}

// base, and two settings with two values each.
SweepResult GridSweep() {
  SweepResult sweep = TinySweep();
  const std::vector<RunResult> of_a(sweep.runs.begin() + 2, sweep.runs.end());
  sweep.variants.pop_back();
  sweep.runs.resize(2);
  for (const char* name : {"lr=1,t=<2>", "lr=1,t=4", "lr=3,t=<2>", "lr=3,t=4"}) {
    sweep.variants.push_back({name, ""});
    for (RunResult run : of_a) {
      run.variant = name;
      sweep.runs.push_back(run);
    }
  }
  return sweep;
}

TEST(RenderHtml, SettingsOfAGridTogether) {
  const std::string html = OwnMarkup(Render(GridSweep()));
  const std::string section = html.substr(html.find("<h2>Settings together</h2>"));
  EXPECT_THAT(section, HasSubstr("<thead><tr><th scope=\"col\">lr</th><th scope=\"col\">t=&lt;2&gt;</th>"));
  EXPECT_THAT(section, HasSubstr("<td>5.0 ± 1.4<span class=\"delta undetermined\">+3"));
  EXPECT_EQ(Count(section, "<circle"), 4);
  EXPECT_EQ(Count(section, "<g class=\"undetermined\"><title>lr="), 4);
  EXPECT_THAT(OwnMarkup(Render(FakeSweep())), Not(HasSubstr("Settings together")));
}

TEST(RenderHtml, ExamplesWithTheirTexts) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(OwnMarkup(Render(sweep)), Not(HasSubstr("<h2>Examples</h2>")));
  sweep.texts[""] = {{"x", "a </script> text", "yes"}, {"y", std::string(1000, 'w'), "no"}};
  const std::string html = Render(sweep);
  EXPECT_THAT(html, HasSubstr("<h2>Examples</h2>"));
  // Of a: 1 → 3 and 3 → 7 nats, both worse; the larger loss first.
  EXPECT_THAT(html, HasSubstr("\"rows\":[[0,3.0,7.0,-4.0],[1,1.0,3.0,-2.0]]"));
  EXPECT_THAT(html, HasSubstr("[\"x\",\"a \\u003c/script> text\",\"yes\"]"));
  EXPECT_THAT(html, Not(HasSubstr(std::string(401, 'w'))));
}

// 40 variants x 5 seeds with five loss terms of 300 steps each.
TEST(RenderHtml, StaysBelowOneMegabyte) {
  SweepResult sweep = FakeSweep();
  for (int copy = 0; copy < 4; ++copy) {
    for (size_t v = 0; v < 9; ++v) {
      const std::string from = sweep.variants[v].name, name = absl::StrCat(from, "_", copy);
      sweep.variants.push_back({name, ""});
      for (size_t r = 0; r < 27; ++r) {
        if (sweep.runs[r].variant != from) continue;
        sweep.runs.push_back(sweep.runs[r]);
        sweep.runs.back().variant = name;
      }
    }
  }
  const std::string html = Render(sweep);
  EXPECT_LT(html.size(), 1'000'000u);
  EXPECT_THAT(html, Not(HasSubstr("\"every\":1,")));
}

TEST(RenderHtml, WorksWithoutScriptsAsFarAsItCan) {
  const std::string html = OwnMarkup(Render(FakeSweep()));
  EXPECT_THAT(html, HasSubstr("<noscript><style>.scripted { display: none; } .forest[hidden]"));
  EXPECT_THAT(html, HasSubstr("<noscript><p class=\"note\">Curves need JavaScript; their numbers are in long.tsv"));
}

TEST(RenderHtml, NeedsNothingFromOutside) {
  const std::string html = Render(FakeSweep());
  EXPECT_THAT(html, HasSubstr("Chart.js v3"));
  const std::string own = absl::StrCat(OwnMarkup(html), kReportCss, kReportJs, kExamplesJs);
  for (const char* way_out : {"src=", "<link", "@import", "url(", "fetch(", "http:", "https:"}) {
    EXPECT_THAT(own, Not(HasSubstr(way_out)));
  }
}

TEST(RenderHtml, EmbeddedTextsDoNotEndTheirElements) {
  EXPECT_THAT(std::string(kChartJs), Not(HasSubstr("</script")));
  EXPECT_THAT(std::string(kReportJs), Not(HasSubstr("</script")));
  EXPECT_THAT(std::string(kExamplesJs), Not(HasSubstr("</script")));
  EXPECT_THAT(std::string(kReportCss), Not(HasSubstr("</style")));
}

TEST(RenderHtml, ElementsAreClosed) {
  const std::string own = OwnMarkup(Render(FakeSweep()));
  for (const char* tag : {"div", "section", "table", "tr", "td", "th", "details", "span", "p", "button", "header"}) {
    const std::regex open(absl::StrCat("<", tag, "[ >]"));
    EXPECT_EQ(std::distance(std::sregex_iterator(own.begin(), own.end(), open), std::sregex_iterator()),
              Count(own, absl::StrCat("</", tag, ">")))
        << tag;
  }
}

TEST(RenderHtml, EscapesTextsOfTheUser) {
  SweepResult sweep = TinySweep();
  const std::string evil = "<img src=x onerror=alert(1)>";
  sweep.name = sweep.conditions = sweep.resolved_config = sweep.variants[1].difference = evil;
  sweep.variants[1].name = sweep.runs[2].variant = sweep.runs[3].variant = evil;
  sweep.environment[evil] = evil;
  sweep.warnings = {evil};
  sweep.published = {{evil, evil, 1.0, std::nullopt, evil}};
  sweep.runs[3].error = evil;
  EXPECT_THAT(Render(sweep), Not(HasSubstr("<img")));
}

TEST(RenderHtml, SaysWhichCurvesDoNotBelongTogether) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(Render(sweep), HasSubstr("evaluated on the split select, which the results above do not use. Select"));
  for (RunResult& run : sweep.runs) run.curves[0].evaluation_examples = run.variant;
  EXPECT_THAT(Render(sweep),
              HasSubstr("a was evaluated on other examples than base and is not to be compared with it. Select"));
  for (RunResult& run : sweep.runs) run.curves[0].evaluation_split = "report";
  EXPECT_THAT(Render(sweep), HasSubstr("evaluated on the split report. a was"));
}

TEST(RenderHtml, SaysWhyThereIsNoDifference) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores[0].examples = run.variant;
  EXPECT_THAT(Render(sweep), HasSubstr("<span class=\"delta\">other examples</span>"));
}

TEST(RenderHtml, SaysWhereDifferencesComeFromFewerSeeds) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(Render(sweep), HasSubstr("2 variants, 2 seeds x 2 sequences; screening (fewer"));
  sweep.variants.push_back({"b", ""});
  sweep.runs.push_back(sweep.runs[3]);
  sweep.runs.back().variant = "b";
  EXPECT_THAT(Render(sweep),
              HasSubstr("3 variants, 2 seeds x 2 sequences; screening, 1 seed x 2 sequences; screening ("));
}

TEST(RenderHtml, SweepsWithoutCurvesScoresOrComparisons) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.curves.clear();
  EXPECT_THAT(OwnMarkup(Render(sweep)), Not(HasSubstr("While training")));
  EXPECT_THAT(OwnMarkup(Render(sweep)), Not(HasSubstr("Loss terms")));
  for (RunResult& run : sweep.runs) run.scores.clear();
  const std::string html = Render(sweep);
  EXPECT_THAT(html, HasSubstr("No run of this sweep was scored."));
  EXPECT_THAT(OwnMarkup(html), Not(HasSubstr("Difference to")));
}

// What chooses among all curves is where there are some.
TEST(RenderHtml, WithoutEvaluationsLossTermsHaveTheButtons) {
  SweepResult sweep = FakeSweep();
  EXPECT_EQ(Count(OwnMarkup(Render(sweep)), "id=\"legend\""), 1);
  for (RunResult& run : sweep.runs) run.curves[0].evaluations.clear();
  const std::string html = OwnMarkup(Render(sweep));
  EXPECT_THAT(html, Not(HasSubstr("While training")));
  EXPECT_THAT(html, Not(HasSubstr("each seed</button>")));
  EXPECT_THAT(html.substr(html.find("<h2>Loss terms</h2>")),
              AllOf(HasSubstr("against tokens</button>"), HasSubstr("id=\"legend\"")));
}

TEST(RenderHtml, OneOfSeveralStagesIsChosen) {
  SweepResult sweep = TinySweep();
  EXPECT_THAT(OwnMarkup(Render(sweep)), Not(HasSubstr("data-set=\"stage\"")));
  for (RunResult& run : sweep.runs) run.curves.push_back(run.curves[0]);
  for (RunResult& run : sweep.runs) run.curves[0].stage = "<general>";
  EXPECT_THAT(Render(sweep),
              HasSubstr("<select data-set=\"stage\" aria-label=\"Training stage\"><option>&lt;general&gt;"
                        "</option><option selected>distil</option></select>"));
}

TEST(RenderHtml, MediansAndPublishedNumbers) {
  const std::string html = OwnMarkup(Render(TaskSweep()));
  EXPECT_THAT(html, ContainsRegex("<span class=\"delta\">median [0-9.]+</span><span class=\"delta worse\">−"));
  EXPECT_THAT(html, HasSubstr("<tr class=\"teacher\"><th scope=\"row\">base [1]</th><td>77</td>"));
  EXPECT_THAT(html, HasSubstr("equivalent within ±3 points"));
  EXPECT_THAT(OwnMarkup(Render(TinySweep())), Not(HasSubstr(">median"))) << "of two seeds it is the mean";
}

// So that the table fits a page of 1280 pixels.
TEST(RenderHtml, CostsStandBelowOneAnother) {
  const std::string html = OwnMarkup(Render(FakeSweep()));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">tokens<span class=\"delta\">FLOPs with teacher</span>"));
  EXPECT_THAT(html, ContainsRegex("<span class=\"delta\">FLOPs [0-9.]+ [A-Z]</span>"));
  EXPECT_THAT(
      html,
      HasSubstr("<th scope=\"col\">time<span class=\"delta\">padding</span><span class=\"delta\">clipped</span></th>"));
  EXPECT_THAT(html, ContainsRegex("<span class=\"delta\">clipped [0-9.]+ %</span>"));
}

TEST(EscapeHtml, AllSpecialCharacters) {
  EXPECT_EQ(EscapeHtml("<a b=\"c\" d='&'>"), "&lt;a b=&quot;c&quot; d=&#39;&amp;&#39;&gt;");
}

}  // namespace
}  // namespace retort
