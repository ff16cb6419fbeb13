#include "tools/bench/report.h"

#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "framework/report/analysis/format.h"
#include "framework/report/files/page/html_escape.h"
#include "framework/report/files/tables.h"
#include "framework/train/phases/phases.h"
#include "tools/bench/cohort_plots.h"

namespace retort::bench {
namespace {

constexpr char kPage[] = R"(
<html lang="en"><meta charset="utf-8"><title>retort bench</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 110em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #ddd; padding: .25em .7em; text-align: left; vertical-align: top; }
.bar { display: flex; width: 40em; height: 1.2em; }
.bar span, .key { display: inline-block; }
.scroll { overflow-x: auto; }
.scroll td { white-space: nowrap; }
.plots { display: flex; flex-wrap: wrap; gap: 1em; }
.plots figure { margin: 0; width: 34em; }
.key { width: 1em; height: 1em; vertical-align: -.15em; }
)";

constexpr const char* kColors[] = {"#cc79a7", "#0072b2", "#56b4e9", "#e69f00", "#009e73", "#d55e00", "#999999"};

std::vector<std::string> PhasesAndRest() {
  std::vector<std::string> names(kPhases.begin(), kPhases.end());
  names.emplace_back(kRest);
  return names;
}

// The phases' shares of a step, in the order of PhasesAndRest(); empty if they are not known.
std::vector<double> PhaseShares(const BenchRow& row) {
  std::vector<double> shares;
  double sum = 0;
  for (const std::string& name : PhasesAndRest()) {
    const std::optional<Spread> seconds = SpreadOf(row, name);
    if (!seconds) return {};
    shares.push_back(seconds->median);
    sum += seconds->median;
  }
  for (double& share : shares) share /= sum;
  return shares;
}

using Format = std::function<std::string(double)>;

// A table whose rows are those of a report, put together from columns.
class RowTable {
 public:
  explicit RowTable(const BenchReport& report) : rows_(report.rows), table_{{}, {}, {}, ""} {
    table_.rows.resize(rows_.size());
  }

  void AddWords(const std::string& title, const std::string& key,
                const std::function<std::string(const BenchRow&)>& text) {
    table_.columns.push_back({title, key, {}});
    for (size_t i = 0; i < rows_.size(); ++i) table_.rows[i].push_back({text(rows_[i]), {}});
  }

  // "3240 (3190 to 3250)"
  void AddSpread(const std::string& title, const std::string& name, const Format& format) {
    table_.columns.push_back({title, name, {"median", "least", "greatest"}});
    for (size_t i = 0; i < rows_.size(); ++i) {
      const std::optional<Spread> spread = SpreadOf(rows_[i], name);
      if (!spread) {
        table_.rows[i].push_back({kNothing, {std::nullopt, std::nullopt, std::nullopt}});
        continue;
      }
      const std::string range = rows_[i].rounds.size() < 2
                                    ? ""
                                    : absl::StrCat(" (", format(spread->least), " to ", format(spread->greatest), ")");
      table_.rows[i].push_back({format(spread->median) + range, {spread->median, spread->least, spread->greatest}});
    }
  }

  // Shares for readers, seconds for machines.
  void AddPhases() {
    const std::vector<std::string> names = PhasesAndRest();
    for (size_t p = 0; p < names.size(); ++p) {
      const std::string key = absl::StrReplaceAll(names[p], {{" ", "_"}});
      table_.columns.push_back({names[p], absl::StrCat("phase.", key), {"median"}});
      for (size_t i = 0; i < rows_.size(); ++i) {
        const std::vector<double> shares = PhaseShares(rows_[i]);
        const std::optional<Spread> seconds = SpreadOf(rows_[i], names[p]);
        table_.rows[i].push_back(shares.empty() ? TableCell{kNothing, {std::nullopt}}
                                                : TableCell{FormatShare(shares[p]), {seconds->median}});
      }
    }
  }

  // What a cohort saves.
  void AddCohortRatio() {
    table_.columns.push_back({"one by one / together", "cohort", {"ratio"}});
    for (size_t i = 0; i < rows_.size(); ++i) {
      const std::optional<double> ratio = CohortRatio(rows_[i]);
      table_.rows[i].push_back({ratio ? FormatFixed(*ratio, 2) : kNothing, {ratio}});
    }
  }

  const Table& table() const { return table_; }

 private:
  std::optional<double> CohortRatio(const BenchRow& row) const {
    const BenchRow* const single = SingleOf(row, rows_);
    if (single == nullptr) return std::nullopt;
    const std::optional<Spread> together = SpreadOf(row, kStepSeconds), alone = SpreadOf(*single, kStepSeconds);
    if (!together || !alone) return std::nullopt;
    return static_cast<double>(row.students) * alone->median / together->median;
  }

  const std::vector<BenchRow>& rows_;
  Table table_;
};

Table MakeTable(const BenchReport& report) {
  const auto whole = [](double value) { return FormatFixed(value, 0); };
  RowTable table(report);
  table.AddWords("workload", "workload", [](const BenchRow& row) { return row.workload; });
  table.AddWords("precision", "precision", [](const BenchRow& row) { return row.precision; });
  table.AddWords("device", "device", [](const BenchRow& row) { return row.device; });
  table.AddWords("students", "students", [](const BenchRow& row) { return absl::StrCat(row.students); });
  table.AddSpread("tokens/s", kTokensPerSecond, whole);
  table.AddSpread("step, s", kStepSeconds, [](double seconds) { return FormatFixed(seconds, 3); });
  table.AddSpread("GFLOP/s", kGflops, whole);
  table.AddSpread("products alone, GFLOP/s", kPeakGflops, whole);
  table.AddSpread("share of these", kShare, FormatShare);
  table.AddSpread("most memory", kMemoryBytes, [](double bytes) { return absl::StrCat(FormatCount(bytes), "B"); });
  table.AddPhases();
  table.AddCohortRatio();
  table.AddWords("not measured", "skipped", [](const BenchRow& row) { return row.skipped; });
  return table.table();
}

std::string Conditions(const BenchReport& report, absl::string_view before_each) {
  std::string text;
  for (const auto& [name, value] : report.conditions) absl::StrAppend(&text, before_each, name, ": ", value, "\n");
  return text;
}

std::string HtmlTable(const Table& table) {
  std::string html = "<div class=\"scroll\"><table><tr>";
  for (const TableColumn& column : table.columns) absl::StrAppend(&html, "<th>", EscapeHtml(column.title), "</th>");
  html += "</tr>\n";
  for (const std::vector<TableCell>& row : table.rows) {
    html += "<tr>";
    for (const TableCell& cell : row) {
      absl::StrAppend(&html, "<td>", absl::StrReplaceAll(EscapeHtml(cell.text), {{" (", "<br>("}}), "</td>");
    }
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string HtmlBars(const BenchReport& report) {
  const std::vector<std::string> names = PhasesAndRest();
  std::string html = "<h2>Where a step's time goes</h2>\n<p>";
  for (size_t p = 0; p < names.size(); ++p) {
    absl::StrAppend(&html, "<span class=\"key\" style=\"background:", kColors[p], "\"></span> ", names[p], " ");
  }
  html += "</p>\n<table>\n";
  for (const BenchRow& row : report.rows) {
    const std::vector<double> shares = PhaseShares(row);
    if (shares.empty()) continue;
    absl::StrAppend(&html, "<tr><td>", EscapeHtml(absl::StrCat(row.workload, " ", row.precision)),
                    "</td><td><div class=\"bar\">");
    for (size_t p = 0; p < shares.size(); ++p) {
      absl::StrAppend(&html, "<span title=\"", names[p], " ", FormatShare(shares[p]),
                      "\" style=\"background:", kColors[p],
                      absl::StrFormat(";width:%.2f%%\"></span>", 100 * shares[p]));
    }
    html += "</div></td></tr>\n";
  }
  return html + "</table>\n";
}

// What the names of workloads mean, each once.
std::string HtmlWorkloads(const BenchReport& report) {
  std::string html = "<h2>Workloads</h2>\n<table>\n", last;
  for (const BenchRow& row : report.rows) {
    if (row.workload == last) continue;
    absl::StrAppend(&html, "<tr><td>", EscapeHtml(row.workload), "</td><td>", EscapeHtml(row.what), "</td></tr>\n");
    last = row.workload;
  }
  return html + "</table>\n";
}

}  // namespace

std::string RenderBenchTsv(const BenchReport& report) {
  return absl::StrCat(kBenchTsvBeginning, "\n", Conditions(report, "# "), RenderTsv(MakeTable(report)));
}

std::string RenderBenchText(const BenchReport& report, int width) {
  return absl::StrCat(Conditions(report, ""), "\n", RenderText(MakeTable(report), width));
}

std::string RenderBenchHtml(const BenchReport& report) {
  std::string conditions = "<table>\n";
  for (const auto& [name, value] : report.conditions) {
    absl::StrAppend(&conditions, "<tr><td>", EscapeHtml(name), "</td><td>", EscapeHtml(value), "</td></tr>\n");
  }
  return absl::StrCat(kBenchHtmlBeginning, kPage, "</style>\n<h1>retort bench</h1>\n", conditions, "</table>\n",
                      HtmlTable(MakeTable(report)), HtmlBars(report), RenderCohortPlots(report.rows),
                      HtmlWorkloads(report), "</html>\n");
}

}  // namespace retort::bench
