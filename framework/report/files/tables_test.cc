#include "framework/report/files/tables.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/files/result_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

// "a" has a published number that no metric answers to.
Table TinyTable() {
  SweepResult sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", std::nullopt, 77.5, "arXiv:1910.01108 table 4"}};
  return BuildTable(*Analyse(sweep), {/*compact=*/true, /*medians=*/false});
}

TEST(RenderText, AlignsByCharacters) {
  const std::string text = RenderText(TinyTable(), 200);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  ASSERT_EQ(lines.size(), 5u);  // Header, rule, base, a, nothing.
  EXPECT_EQ(lines[0].find("variant"), 0u);
  // The base's difference is a dash, right-aligned below the end of the header "Δ to base, nats".
  const size_t dash = lines[2].find("–");
  const size_t end_of_interval = lines[3].find(")") + 1;
  EXPECT_EQ(DisplayWidth(lines[2].substr(0, dash)) + 1, DisplayWidth(lines[3].substr(0, end_of_interval)));
  EXPECT_THAT(lines[3], HasSubstr("1.23 M"));
  EXPECT_THAT(lines[3], HasSubstr("77.5 GLUE macro, arXiv:1910.01108 table 4"));
}

TEST(RenderText, BreaksIntoBlocksThatFit) {
  const std::string text = RenderText(BuildTable(*Analyse(FakeSweep()), {/*compact=*/true, /*medians=*/false}), 80);
  std::vector<int> widths;
  int headers = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    widths.push_back(DisplayWidth(line));
    headers += line.substr(0, 7) == "variant";
  }
  EXPECT_THAT(widths, Each(Le(80)));
  EXPECT_GT(headers, 1);
}

constexpr ResultLayout kEverything{/*compact=*/false, /*medians=*/true, /*seeds=*/true};

TEST(RenderTsv, FullPrecisionAndNoHoles) {
  SweepResult sweep = TinySweep();
  sweep.published = {{"a", "GLUE macro", std::nullopt, 77.5, "arXiv:1910.01108 table 4"}};
  const std::vector<std::string> lines = absl::StrSplit(RenderTsv(BuildTable(*Analyse(sweep), kEverything)), '\n');
  EXPECT_EQ(lines[0],
            "variant\tm/cross_entropy.mean\tm/cross_entropy.sd\tm/cross_entropy.median\t"
            "m/cross_entropy.difference.estimate\t"
            "m/cross_entropy.difference.low\tm/cross_entropy.difference.high\t"
            "m/cross_entropy.difference.standard_error\tm/"
            "cross_entropy.difference.not_compared\tfinished_seeds.count\tparameters.count\t"
            "training_tokens.mean\ttraining_flops.mean\tteacher_flops.share\ttraining_seconds.mean\tpadding.share\t"
            "clipped_steps.share\tpublished");
  EXPECT_EQ(lines[1], "base\t2\t0\t2\t\t\t\t\t\t2\t1234567\t1000\t2e+09\t0.5\t10\t0.25\t0\t");
  EXPECT_THAT(lines[2], HasSubstr("a\t5\t1.414213562373095"));
}

TEST(RenderTsv, SaysWhyThereIsNoDifference) {
  SweepResult sweep = TinySweep();
  for (RunResult& run : sweep.runs) run.scores[0].examples = run.variant;
  EXPECT_THAT(RenderTsv(BuildTable(*Analyse(sweep), kEverything)), HasSubstr("\t\t\t\t\tother examples\t2\t"));
}

TEST(RenderLatex, IsEscapedBooktabs) {
  const std::string latex = RenderLatex(BuildTable(*Analyse(FakeSweep()), {/*compact=*/true, /*medians=*/false}));
  EXPECT_THAT(latex, HasSubstr("\\begin{tabular}{lrrrrrrrrr}\n\\toprule\nvariant & cross-entropy, nats & $\\Delta$"));
  EXPECT_THAT(latex, HasSubstr("\nno\\_ce & "));
  EXPECT_THAT(latex, HasSubstr(" $\\pm$ "));
  EXPECT_THAT(latex, HasSubstr(" & 14 \\% \\\\\n"));
  EXPECT_THAT(latex, HasSubstr("\\bottomrule\n\\end{tabular}\n"));
  EXPECT_THAT(latex.substr(latex.find("\\begin")), Not(HasSubstr("−")));
}

// Rows of papers' numbers stand below a rule of their own, where they say something.
TEST(RenderText, PublishedRows) {
  Table table;
  table.columns = {{"variant", "variant", {}}, {"cola", "cola", {"mean"}}, {"sst2", "sst2", {"mean"}}};
  table.rows = {{{"base", {}}, {"50.1", {0.501}}, {"91", {0.91}}}};
  table.published = {{{"base [1]", {}}, {"51.3", {std::nullopt}}, {kNothing, {std::nullopt}}}};
  EXPECT_EQ(TextWidth(table), 20);
  EXPECT_EQ(RenderText(table, 20),
            "variant   cola  sst2\n────────────────────\nbase      50.1    91\n────────────────────\n"
            "base [1]  51.3     –\n");
  EXPECT_EQ(RenderText(table, 14),
            "variant   cola\n──────────────\nbase      50.1\n──────────────\nbase [1]  51.3\n\n"
            "variant   sst2\n──────────────\nbase        91\n");
  EXPECT_EQ(RenderTsv(table), "variant\tcola.mean\tsst2.mean\nbase\t0.501\t0.91\n");
  EXPECT_THAT(RenderLatex(table),
              HasSubstr("base & 50.1 & 91 \\\\\n\\midrule\nbase [1] & 51.3 & -- \\\\\n\\bottomrule"));
}

TEST(RenderLatex, NamesAreNoOptions) {
  Table table;
  table.columns = {{"variant", "variant", {}}};
  table.rows = {{{"[2,4] #1", {}}}, {{"*", {}}}, {{"a", {}}}};
  EXPECT_THAT(RenderLatex(table), HasSubstr("\\midrule\n{}[2,4] \\#1 \\\\\n{}* \\\\\na \\\\\n\\bottomrule"));
}

TEST(RenderMarkdown, EscapesAndAligns) {
  Table table;
  table.columns = {{"variant", "variant", {}}, {"a|b, %", "a", {"mean"}}};
  table.rows = {{{"no_ce", {}}, {"50.1 ± 0.2", {0.501}}}};
  table.published = {{{"no_ce [1]", {}}, {"51.3", {std::nullopt}}}};
  table.note = "p < 0.05.";
  EXPECT_EQ(RenderMarkdown(table),
            "| variant | a\\|b, % |\n| --- | ---: |\n| no\\_ce | 50.1 ± 0.2 |\n| no\\_ce [1] | 51.3 |\n\n"
            "p &lt; 0.05.\n");
}

TEST(EscapeLatex, SpecialCharacters) {
  EXPECT_EQ(EscapeLatex("a_b {50 %} \\ ^ −1"), "a\\_b \\{50 \\%\\} \\textbackslash{} \\textasciicircum{} $-$1");
  EXPECT_EQ(EscapeLatex("< 0.001"), "$<$ 0.001");
}

}  // namespace
}  // namespace retort
