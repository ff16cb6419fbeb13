#include "framework/report/files/tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"

namespace retort {
namespace {

std::string ColumnKey(const Analysis& analysis, const MetricColumn& column) {
  const auto same = [&](const MetricColumn& other) { return other.metric.name == column.metric.name; };
  const bool unique = std::count_if(analysis.columns.begin(), analysis.columns.end(), same) == 1;
  return unique ? column.metric.name : absl::StrCat(column.stage, "/", column.split, "/", column.metric.name);
}

TableCell MeanCell(const MetricSpec& spec, const std::optional<Summary>& summary) {
  if (!summary.has_value()) return {kNothing, {std::nullopt, std::nullopt}};
  const double mean = spec.unit.scale * summary->mean;
  const std::optional<double>& sd = summary->standard_deviation;
  return {sd.has_value() ? FormatPlusMinus(mean, spec.unit.scale * *sd) : FormatFixed(mean, DecimalsFor(0)),
          {summary->mean, sd}};
}

TableCell NoDifferenceCell(Incomparable reason) {
  const std::string words = FormatIncomparable(reason);
  return {words.empty() ? kNothing : words, {std::nullopt, std::nullopt, std::nullopt, std::nullopt}};
}

TableCell DifferenceCell(const MetricSpec& spec, const VariantMetric& metric) {
  const std::optional<PairedDifference>& d = metric.difference;
  if (!d.has_value()) return NoDifferenceCell(metric.incomparable);
  if (!d->low.has_value()) {
    return {FormatFixed(spec.unit.scale * d->estimate, DecimalsFor(0), true),
            {d->estimate, std::nullopt, std::nullopt, std::nullopt}};
  }
  const FormattedInterval interval =
      FormatInterval(spec.unit.scale * d->estimate, spec.unit.scale * *d->low, spec.unit.scale * *d->high);
  return {absl::StrCat(interval.estimate, " (", interval.low, " to ", interval.high, ")"),
          {d->estimate, d->low, d->high, d->standard_error}};
}

TableCell WordsCell(std::string text) { return {text.empty() ? kNothing : std::move(text), {}}; }

TableCell NumberCell(std::string text, double value) { return {std::move(text), {value}}; }

// Of what a variant that trains nothing does not have.
TableCell NumberCellIf(bool there, std::string text, double value) {
  return there ? NumberCell(std::move(text), value) : TableCell{kNothing, {std::nullopt}};
}

TableCell PublishedCell(const std::vector<PublishedResult>& published) {
  std::vector<std::string> parts;
  for (const PublishedResult& result : published) {
    parts.push_back(absl::StrCat(FormatPublished(result), result.source.empty() ? "" : ", ", result.source));
  }
  return WordsCell(absl::StrJoin(parts, "; "));
}

std::vector<TableColumn> Columns(const Analysis& analysis, bool published) {
  std::vector<TableColumn> columns = {{"variant", "variant", {}}};
  for (const MetricColumn& column : analysis.columns) {
    const auto with_unit = [](const std::string& title, const std::string& unit) {
      return unit.empty() ? title : absl::StrCat(title, ", ", unit);
    };
    const std::string key = ColumnKey(analysis, column);
    columns.push_back({with_unit(column.title, column.metric.unit.value), key, {"mean", "sd"}});
    columns.push_back({with_unit(absl::StrCat("Δ to ", analysis.base), column.metric.unit.of_differences),
                       absl::StrCat(key, ".difference"),
                       {"estimate", "low", "high", "standard_error"},
                       "not_compared"});
  }
  columns.push_back({"seeds", "finished_seeds", {"count"}});
  columns.push_back({"parameters", "parameters", {"count"}});
  columns.push_back({"tokens/s", "tokens_per_second", {"mean"}});
  columns.push_back({"clipped", "clipped_steps", {"share"}});
  if (published) columns.push_back({"published", "published", {}});
  return columns;
}

std::vector<TableCell> VariantRow(const Analysis& analysis, const VariantAnalysis& variant, bool published) {
  std::vector<TableCell> row = {{variant.name, {}}};
  for (size_t m = 0; m < analysis.columns.size(); ++m) {
    row.push_back(MeanCell(analysis.columns[m].metric, variant.metrics[m].summary));
    row.push_back(DifferenceCell(analysis.columns[m].metric, variant.metrics[m]));
  }
  const size_t runs = variant.finished_runs + variant.failures.size();
  row.push_back(NumberCell(variant.failures.empty() ? absl::StrCat(variant.finished_runs)
                                                    : absl::StrCat(variant.finished_runs, " of ", runs),
                           variant.finished_runs));
  const double parameters = static_cast<double>(variant.parameters);
  row.push_back(NumberCellIf(parameters > 0, FormatCount(parameters), parameters));
  const bool trained = variant.tokens > 0;
  row.push_back(NumberCellIf(trained, FormatCount(variant.tokens_per_second), variant.tokens_per_second));
  row.push_back(NumberCellIf(trained, FormatShare(variant.clipped_share), variant.clipped_share));
  if (published) row.push_back(PublishedCell(variant.published));
  return row;
}

// With as many decimals as the base's mean.
TableCell TeacherCell(const Analysis& analysis, const TeacherAnalysis& teacher, size_t m) {
  if (!teacher.values[m].has_value()) return {kNothing, {std::nullopt, std::nullopt}};
  const std::optional<Summary>& base = analysis.variants.front().metrics[m].summary;
  const double scale = analysis.columns[m].metric.unit.scale;
  const double spread = base.has_value() ? scale * base->standard_deviation.value_or(0) : 0;
  return {FormatFixed(scale * *teacher.values[m], DecimalsFor(spread)), {teacher.values[m], std::nullopt}};
}

std::vector<TableCell> TeacherRow(const Analysis& analysis, const TeacherAnalysis& teacher,
                                  const std::vector<TableColumn>& columns) {
  std::vector<TableCell> row = {{teacher.name, {}}};
  for (size_t m = 0; m < analysis.columns.size(); ++m) {
    row.push_back(TeacherCell(analysis, teacher, m));
    row.push_back(NoDifferenceCell(Incomparable::kNo));
  }
  while (row.size() < columns.size()) {
    row.push_back({kNothing, std::vector<std::optional<double>>(columns[row.size()].fields.size())});
  }
  return row;
}

std::vector<int> Widths(const Table& table) {
  std::vector<int> widths;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    int width = DisplayWidth(table.columns[c].title);
    for (const std::vector<TableCell>& row : table.rows) width = std::max(width, DisplayWidth(row[c].text));
    widths.push_back(width);
  }
  return widths;
}

constexpr int kGap = 2;  // Blanks between two columns.

std::string Pad(const TableColumn& column, const std::string& text, int width) {
  return column.fields.empty() ? PadRight(text, width) : PadLeft(text, width);
}

// The first column and columns [begin, end).
std::string RenderBlock(const Table& table, const std::vector<int>& widths, size_t begin, size_t end) {
  std::string text;
  const auto add_line = [&](const auto& cell_text) {
    std::string line = PadRight(cell_text(0), widths[0]);
    for (size_t c = begin; c < end; ++c) {
      absl::StrAppend(&line, std::string(kGap, ' '), Pad(table.columns[c], cell_text(c), widths[c]));
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    absl::StrAppend(&text, line, "\n");
  };
  add_line([&](size_t c) { return table.columns[c].title; });
  int width = widths[0];
  for (size_t c = begin; c < end; ++c) width += kGap + widths[c];
  for (int i = 0; i < width; ++i) text += "─";
  text += "\n";
  for (const std::vector<TableCell>& row : table.rows) {
    add_line([&](size_t c) { return row[c].text; });
  }
  return text;
}

bool HasSpread(const VariantAnalysis& variant) {
  return std::any_of(variant.metrics.begin(), variant.metrics.end(),
                     [](const VariantMetric& metric) { return metric.summary && metric.summary->seeds > 1; });
}

// What the intervals of the table are over, and which of them are not over all of that.
struct Coverage {
  std::vector<std::string> examples_only, seeds_only;  // "v", "v's Spearman"
  bool any_of_both = false;
};

Coverage CoverageOf(const Analysis& analysis) {
  Coverage coverage;
  for (const VariantAnalysis& variant : analysis.variants) {
    bool examples_only = false;
    for (size_t m = 0; m < variant.metrics.size(); ++m) {
      const std::optional<PairedDifference>& difference = variant.metrics[m].difference;
      if (!difference.has_value() || !difference->low.has_value()) continue;
      examples_only |= difference->examples_only();
      coverage.any_of_both |= !difference->examples_only() && !difference->seeds_only();
      if (!difference->seeds_only()) continue;
      coverage.seeds_only.push_back(absl::StrCat(variant.name, "’s ", analysis.columns[m].title));
    }
    if (examples_only) coverage.examples_only.push_back(variant.name);
  }
  return coverage;
}

// "over seeds and held-out examples", "over held-out examples" where there is one seed; where that differs, for which.
std::string DescribeCoverage(const Analysis& analysis, bool spread) {
  const Coverage coverage = CoverageOf(analysis);
  const bool one_seed = coverage.examples_only.empty() ? !spread : coverage.seeds_only.empty();
  if (!coverage.any_of_both && one_seed) return "over held-out examples";
  std::vector<std::string> less;
  if (!coverage.examples_only.empty()) {
    less.push_back(absl::StrCat("over held-out examples only for ", List(coverage.examples_only), ", of one seed"));
  }
  if (!coverage.seeds_only.empty()) {
    less.push_back(absl::StrCat("over seeds only for ", List(coverage.seeds_only)));
  }
  return absl::StrCat("over seeds and held-out examples",
                      less.empty() ? "" : absl::StrCat(" (", absl::StrJoin(less, "; "), ")"));
}

// " macro: mean over tasks of rt/m/accuracy, cola/m/accuracy." for each average.
std::string DescribeAverages(const Analysis& analysis) {
  std::string text;
  for (const MetricColumn& column : analysis.columns) {
    if (column.average_of.empty()) continue;
    absl::StrAppend(&text, " ", column.title, ": mean over tasks of ", absl::StrJoin(column.average_of, ", "), ".");
  }
  return text;
}

std::string Note(const Analysis& analysis) {
  const bool spread = std::any_of(analysis.variants.begin(), analysis.variants.end(), HasSpread);
  return absl::StrCat(spread ? "Mean ± standard deviation over seeds" : "One seed", "; Δ: paired difference to ",
                      analysis.base, " with its 95 % interval ", DescribeCoverage(analysis, spread),
                      ", each interval for itself (not corrected for the number of variants).",
                      DescribeAverages(analysis));
}

}  // namespace

Table BuildTable(const Analysis& analysis) {
  const bool published = std::any_of(analysis.variants.begin(), analysis.variants.end(),
                                     [](const VariantAnalysis& variant) { return !variant.published.empty(); });
  Table table;
  table.columns = Columns(analysis, published);
  for (const VariantAnalysis& variant : analysis.variants) {
    table.rows.push_back(VariantRow(analysis, variant, published));
  }
  for (const TeacherAnalysis& teacher : analysis.teachers) {
    table.rows.push_back(TeacherRow(analysis, teacher, table.columns));
  }
  table.note = Note(analysis);
  if (published) absl::StrAppend(&table.note, " Published numbers stand in their own unit and are not comparable.");
  return table;
}

std::string RenderText(const Table& table, int width) {
  const std::vector<int> widths = Widths(table);
  std::vector<std::string> blocks;
  for (size_t begin = 1, end = 1; begin < table.columns.size(); begin = end) {
    int used = widths[0];
    while (end < table.columns.size() && (end == begin || used + kGap + widths[end] <= width)) {
      used += kGap + widths[end];
      ++end;
    }
    blocks.push_back(RenderBlock(table, widths, begin, end));
  }
  return absl::StrJoin(blocks, "\n");
}

std::string RenderTsv(const Table& table) {
  std::vector<std::string> lines;
  std::vector<std::string> fields;
  for (const TableColumn& column : table.columns) {
    if (column.fields.empty()) fields.push_back(column.key);
    for (const std::string& field : column.fields) fields.push_back(absl::StrCat(column.key, ".", field));
    if (!column.reason.empty()) fields.push_back(absl::StrCat(column.key, ".", column.reason));
  }
  lines.push_back(absl::StrJoin(fields, "\t"));
  for (const std::vector<TableCell>& row : table.rows) {
    fields.clear();
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string words = absl::StrReplaceAll(row[c].text, {{"\t", " "}, {"\n", " "}, {kNothing, ""}});
      if (table.columns[c].fields.empty()) fields.push_back(words);
      for (const std::optional<double>& value : row[c].values) {
        fields.push_back(value.has_value() ? ExactNumber(*value) : "");
      }
      if (!table.columns[c].reason.empty()) fields.push_back(row[c].values.front().has_value() ? "" : words);
    }
    lines.push_back(absl::StrJoin(fields, "\t"));
  }
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

std::string EscapeLatex(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\textbackslash{}"},
                                    {"&", "\\&"},
                                    {"%", "\\%"},
                                    {"$", "\\$"},
                                    {"#", "\\#"},
                                    {"_", "\\_"},
                                    {"{", "\\{"},
                                    {"}", "\\}"},
                                    {"~", "\\textasciitilde{}"},
                                    {"^", "\\textasciicircum{}"},
                                    {"\n", " "},
                                    {"−", "$-$"},
                                    {"±", "$\\pm$"},
                                    {"Δ", "$\\Delta$"},
                                    {"∞", "$\\infty$"},
                                    {"–", "--"},
                                    {"…", "\\dots{}"}});
}

std::string RenderLatex(const Table& table) {
  std::string alignment;
  for (const TableColumn& column : table.columns) alignment += column.fields.empty() ? 'l' : 'r';
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(table.note, '\n')) lines.push_back(absl::StrCat("% ", line));
  lines.push_back("% Needs \\usepackage{booktabs}.");
  lines.push_back(absl::StrCat("\\begin{tabular}{", alignment, "}"));
  lines.push_back("\\toprule");
  std::vector<std::string> cells;
  for (const TableColumn& column : table.columns) cells.push_back(EscapeLatex(column.title));
  lines.push_back(absl::StrCat(absl::StrJoin(cells, " & "), " \\\\"));
  lines.push_back("\\midrule");
  for (const std::vector<TableCell>& row : table.rows) {
    cells.clear();
    for (const TableCell& cell : row) cells.push_back(EscapeLatex(cell.text));
    lines.push_back(absl::StrCat(absl::StrJoin(cells, " & "), " \\\\"));
  }
  lines.push_back("\\bottomrule");
  lines.push_back("\\end{tabular}");
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

}  // namespace retort
