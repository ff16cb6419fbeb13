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

std::string TableTsv(const SweepResult&, const Analysis& analysis) {
  return RenderTsv(BuildTable(analysis, {/*compact=*/false, /*medians=*/true, /*seeds=*/true}));
}

// The results as papers print them.
Table Printed(const Analysis& analysis) { return BuildTable(analysis, {/*compact=*/true, /*medians=*/false}); }

std::string TableMarkdown(const SweepResult&, const Analysis& analysis) {
  const Table effects = BuildEffectsTable(analysis);
  return absl::StrCat(RenderMarkdown(Printed(analysis)),
                      effects.rows.empty() ? "" : absl::StrCat("\n", RenderMarkdown(effects)));
}

// One box, so that \resizebox takes it as well: two tables stand below one another as the lines of a third.
std::string TableLatex(const SweepResult&, const Analysis& analysis) {
  const Table effects = BuildEffectsTable(analysis);
  const std::string results = RenderLatex(Printed(analysis));
  if (effects.rows.empty()) return results;
  return absl::StrCat("\\begin{tabular}{@{}l@{}}\n", results, "\\\\\n\\addlinespace[2ex]\n", RenderLatex(effects),
                      "\\end{tabular}\n");
}

}  // namespace

const std::vector<ReportFile>& ReportFiles() {
  static const auto* const files = new std::vector<ReportFile>{
      {"README.md", [](const SweepResult&, const Analysis&) { return std::string(kFilesDocument); }},
      {"results.json", RenderResultsJson},
      {"table.tsv", TableTsv},
      {"table.md", TableMarkdown},
      {"table.tex", TableLatex},
      {"long.tsv", [](const SweepResult& result, const Analysis&) { return LongTsv(result); }},
      {"per_example.tsv", [](const SweepResult& result, const Analysis&) { return PerExampleTsv(result); }},
  };
  return *files;
}

}  // namespace retort
