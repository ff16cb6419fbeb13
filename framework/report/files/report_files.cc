#include "framework/report/files/report_files.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "framework/report/files/document/files_document.h"
#include "framework/report/files/effects_table.h"
#include "framework/report/files/long_form.h"
#include "framework/report/files/result_table.h"
#include "framework/report/files/results_json.h"
#include "framework/report/files/tables.h"

namespace retort {
namespace {

std::string TableTsv(const SweepResult&, const Analysis& analysis) { return RenderTsv(BuildTable(analysis, {})); }

// The results, and the published effects where there are some, as papers print them.
std::string Printed(const Analysis& analysis, std::string (*render)(const Table&)) {
  const Table effects = BuildEffectsTable(analysis);
  return absl::StrCat(render(BuildTable(analysis, {/*compact=*/true, /*medians=*/false})),
                      effects.rows.empty() ? "" : absl::StrCat("\n", render(effects)));
}

}  // namespace

const std::vector<ReportFile>& ReportFiles() {
  static const auto* const files = new std::vector<ReportFile>{
      {"README.md", [](const SweepResult&, const Analysis&) { return std::string(kFilesDocument); }},
      {"results.json", RenderResultsJson},
      {"table.tsv", TableTsv},
      {"table.md", [](const SweepResult&, const Analysis& analysis) { return Printed(analysis, RenderMarkdown); }},
      {"table.tex", [](const SweepResult&, const Analysis& analysis) { return Printed(analysis, RenderLatex); }},
      {"long.tsv", [](const SweepResult& result, const Analysis&) { return LongTsv(result); }},
      {"per_example.tsv", [](const SweepResult& result, const Analysis&) { return PerExampleTsv(result); }},
  };
  return *files;
}

}  // namespace retort
