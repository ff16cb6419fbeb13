#include "framework/report/files/document/files_document.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/fake_sweep.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/files/report_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::string InCode(const std::string& name) { return absl::StrCat("`", name, "`"); }

// "<metric>.mean" of "masked_lm/accuracy.mean" and of "evaluate/report/masked_lm/accuracy.mean".
std::string AsDocumented(const std::string& column, const Analysis& analysis) {
  for (const MetricColumn& metric : analysis.columns) {
    const size_t name = column.find(absl::StrCat(metric.metric.name, "."));
    if (name != std::string::npos) return absl::StrCat("<metric>", column.substr(name + metric.metric.name.size()));
  }
  return column;
}

// The columns of all tables that a sweep writes, as the document calls them.
std::set<std::string> Columns(const SweepResult& result) {
  const Analysis analysis = Analyse(result).value();
  std::set<std::string> columns;
  for (const ReportFile& file : ReportFiles()) {
    if (!absl::EndsWith(file.name, ".tsv")) continue;
    const std::string text = file.render(result, analysis);
    for (const absl::string_view column : absl::StrSplit(text.substr(0, text.find('\n')), '\t')) {
      columns.insert(AsDocumented(std::string(column), analysis));
    }
  }
  return columns;
}

// A sweep with all that makes columns appear.
SweepResult SweepWithEverything() {
  SweepResult result = TinySweep();
  result.published = {{"a", "GLUE macro", std::nullopt, 77.5, "arXiv:1910.01108 table 4"}};
  for (RunResult& run : result.runs) run.teacher_parameters = 10 * run.parameters;
  return result;
}

TEST(FilesDocument, NamesEveryFile) {
  for (const ReportFile& file : ReportFiles()) EXPECT_THAT(kFilesDocument, HasSubstr(InCode(file.name)));
}

TEST(FilesDocument, NamesEveryColumn) {
  for (const SweepResult& result : {SweepWithEverything(), FakeSweep(), TaskSweep()}) {
    for (const std::string& column : Columns(result)) EXPECT_THAT(kFilesDocument, HasSubstr(InCode(column)));
  }
  EXPECT_THAT(Columns(SweepWithEverything()),
              IsSupersetOf({"variant", "<metric>.mean", "<metric>.difference.not_compared", "compression.ratio",
                            "published", "flops", "count"}));
}

}  // namespace
}  // namespace retort
