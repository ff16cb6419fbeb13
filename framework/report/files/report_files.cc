#include "framework/report/files/report_files.h"

#include "framework/report/files/long_form.h"
#include "framework/report/files/results_json.h"
#include "framework/report/files/tables.h"

namespace retort {

const std::vector<ReportFile>& ReportFiles() {
  static const auto* const files = new std::vector<ReportFile>{
      {"results.json", RenderResultsJson},
      {"table.tsv", [](const SweepResult&, const Analysis& analysis) { return RenderTsv(BuildTable(analysis)); }},
      {"table.tex", [](const SweepResult&, const Analysis& analysis) { return RenderLatex(BuildTable(analysis)); }},
      {"long.tsv", [](const SweepResult& result, const Analysis&) { return LongTsv(result); }},
      {"per_example.tsv", [](const SweepResult& result, const Analysis&) { return PerExampleTsv(result); }},
  };
  return *files;
}

}  // namespace retort
