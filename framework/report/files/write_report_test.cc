#include "framework/report/files/write_report.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "framework/base/file.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/files/report_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

std::string TestFolder(const std::string& name) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/write_report_test_", name);
  std::filesystem::remove_all(folder);
  return folder;
}

TEST(WriteReport, WritesAllFilesAndNothingElse) {
  const std::string folder = TestFolder("all");
  for (int twice = 0; twice < 2; ++twice) ASSERT_TRUE(WriteReport(FakeSweep(), folder).ok());
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/report")) {
    names.insert(entry.path().filename().string());
    EXPECT_GT(entry.file_size(), 100u);
  }
  std::set<std::string> wanted = {"index.html"};
  for (const ReportFile& file : ReportFiles()) wanted.insert(file.name);
  EXPECT_EQ(names, wanted);
  EXPECT_THAT(names, IsSupersetOf({"README.md", "results.json", "table.tsv", "table.md", "table.tex", "long.tsv",
                                   "per_example.tsv"}));
}

TEST(WriteReport, PageLinksToAllFilesBesideIt) {
  const std::string folder = TestFolder("links");
  ASSERT_TRUE(WriteReport(TinySweep(), folder).ok());
  std::vector<std::string> links;  // In the order of the list.
  for (const ReportFile& file : ReportFiles()) {
    links.push_back(absl::StrCat("<a href=\"", file.name, "\">", file.name, "</a>"));
  }
  EXPECT_THAT(*ReadFile(folder + "/report/index.html"),
              HasSubstr(absl::StrCat("Beside this page: ", absl::StrJoin(links, ", "), ".</footer>")));
}

TEST(WriteReport, LatexIsOneBox) {
  const std::string folder = TestFolder("latex");
  ASSERT_TRUE(WriteReport(TaskSweep(), folder).ok());
  const std::string latex = *ReadFile(folder + "/report/table.tex");
  EXPECT_THAT(latex, StartsWith("\\begin{tabular}{@{}l@{}}\n% Mean"));
  EXPECT_THAT(latex, HasSubstr("\\end{tabular}\n\\\\\n\\addlinespace[2ex]\n% Verdicts"));
  EXPECT_THAT(latex, EndsWith("\\end{tabular}\n\\end{tabular}\n"));
  ASSERT_TRUE(WriteReport(TinySweep(), folder).ok());
  EXPECT_THAT(*ReadFile(folder + "/report/table.tex"), StartsWith("% Mean")) << "without published effects";
}

TEST(WriteReport, FileInTheWay) {
  const std::string folder = TestFolder("in_the_way");
  ASSERT_TRUE(MakeDirectories(folder).ok());
  ASSERT_TRUE(AtomicWriteFile(folder + "/report", "x").ok());
  EXPECT_THAT(std::string(WriteReport(TinySweep(), folder).message()), HasSubstr("in_the_way/report"));
}

TEST(WriteReport, ImpossibleResultWritesNothing) {
  const std::string folder = TestFolder("impossible");
  EXPECT_FALSE(WriteReport(SweepResult(), folder).ok());
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(RenderTerminalReport, SaysWhatWasTunedAndWhatStopped) {
  SweepResult sweep = TinySweep();
  TunedStage tuned{"a", "distil", "select", 9, sweep.metrics[0], {}};
  tuned.points = {{"learning_rate=0.1", 2.75}, {"learning_rate=0.01", 2.5}};
  tuned.chosen = 1;
  sweep.tuning = {tuned};
  sweep.runs[2].stopped_steps = {{"distil", 140}};
  const std::string text = *RenderTerminalReport(sweep, 120);
  EXPECT_THAT(text, HasSubstr("a stopped early: distil after step 140 with seed 1\n"));
  EXPECT_THAT(text, HasSubstr("learning_rate=0.01  cross-entropy  2.500 nats  chosen\n"));
}

TEST(RenderTerminalReport, TasksAndPublishedNumbers) {
  const std::string text = *RenderTerminalReport(TaskSweep(), 130);
  EXPECT_THAT(
      text, HasSubstr("variant     macro, %      Δ to base, points          cola        mrpc        sst2  "
                      "parameters\n"
                      "─────────────────────────────────────────────────────────────────────────────────────────────\n"
                      "base      76.3 ± 0.3                      –    49.8 ± 0.7  88.1 ± 0.5  90.9 ± 0.6  "
                      "    67.0 M\n"
                      "no_task   76.6 ± 0.2     +0.4 (−0.4 to 1.2)  50.34 ± 0.16  88.5 ± 1.0  91.0 ± 0.6  "
                      "    67.0 M\n"
                      "random    66.3 ± 0.3  −10.0 (−10.4 to −9.7)    31.2 ± 0.7  80.9 ± 0.5  86.7 ± 0.7  "
                      "    67.0 M\n"
                      "─────────────────────────────────────────────────────────────────────────────────────────────\n"
                      "base [1]          77                      –          51.3           –        91.3  "
                      "         –\n"));
  EXPECT_THAT(text, HasSubstr("random   −3.69 GLUE macro  macro −10.0 (−10.4 to −9.7) points            same sign      "
                              "              < 0.001"));
}

TEST(RenderTerminalReport, FitsAndEndsWithTheAnswer) {
  SweepResult sweep = FakeSweep();
  sweep.published.clear();  // A difference in words is one column, wider than a narrow terminal.
  const std::string text = *RenderTerminalReport(sweep, 80);
  EXPECT_THAT(text, StartsWith("quickstart\n\nvariant "));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) EXPECT_LE(DisplayWidth(line), 80) << line;
  const size_t answer = text.rfind("Against base (cross-entropy");
  ASSERT_NE(answer, std::string::npos);
  EXPECT_GT(answer, text.rfind("warning: "));
  EXPECT_THAT(text, HasSubstr("no_mlm: undetermined, "));
}

}  // namespace
}  // namespace retort
