#include "framework/report/files/write_report.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/base/status_macros.h"
#include "framework/base/terminal/columns.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/early_stops.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/effects_table.h"
#include "framework/report/files/page/html.h"
#include "framework/report/files/report_files.h"
#include "framework/report/files/result_table.h"
#include "framework/report/files/tables.h"
#include "framework/report/files/tuning_table.h"

namespace retort {

absl::Status WriteReport(const SweepResult& result, const std::string& output_dir) {
  RETORT_ASSIGN_OR_RETURN(const Analysis analysis, Analyse(result));
  const std::string folder = absl::StrCat(output_dir, "/report");
  RETORT_RETURN_IF_ERROR(MakeDirectories(folder));
  std::vector<std::string> names;
  for (const ReportFile& file : ReportFiles()) {
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(absl::StrCat(folder, "/", file.name), file.render(result, analysis)));
    names.push_back(file.name);
  }
  return AtomicWriteFile(absl::StrCat(folder, "/index.html"), RenderHtml(result, analysis, names));
}

absl::StatusOr<std::string> RenderTerminalReport(const SweepResult& result, int width) {
  RETORT_ASSIGN_OR_RETURN(const Analysis analysis, Analyse(result));
  const Table table = BuildTableForTerminal(analysis, width);
  std::string text =
      absl::StrCat(result.name, "\n\n", RenderText(table, width), "\n", Wrap(table.note, width, ""), "\n\n");
  for (const std::string& sentence : DescribeAll(analysis, "")) {
    absl::StrAppend(&text, Wrap(sentence, width, "    "), "\n");
  }
  for (const std::string& sentence : DescribeEarlyStops(result)) {
    absl::StrAppend(&text, Wrap(sentence, width, "    "), "\n");
  }
  for (const Table& further : {BuildEffectsTable(analysis), BuildTuningTable(result)}) {
    if (further.rows.empty()) continue;
    absl::StrAppend(&text, "\n", RenderText(further, width), "\n", Wrap(further.note, width, ""), "\n");
  }
  if (!analysis.warnings.empty()) absl::StrAppend(&text, "\n");
  for (const std::string& warning : analysis.warnings) {
    absl::StrAppend(&text, Wrap(absl::StrCat("warning: ", warning), width, "    "), "\n");
  }
  absl::StrAppend(&text, "\n", Wrap(Headline(analysis), width, ""), "\n");
  if (!result.conditions.empty())
    absl::StrAppend(&text, Wrap(absl::StrCat("This holds for ", result.conditions, "."), width, ""), "\n");
  return text;
}

}  // namespace retort
