#include "framework/report/files/result_table.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/wording.h"
#include "framework/report/files/result_note.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

std::string ColumnKey(const Analysis& analysis, const MetricColumn& column) {
  const auto same = [&](const MetricColumn& other) { return other.metric.name == column.metric.name; };
  const bool unique = std::count_if(analysis.columns.begin(), analysis.columns.end(), same) == 1;
  return unique ? column.metric.name : absl::StrCat(column.stage, "/", column.split, "/", column.metric.name);
}

TableCell MeanCell(const Analysis& analysis, size_t m, const std::optional<Summary>& summary) {
  if (!summary.has_value()) return {kNothing, {std::nullopt, std::nullopt}};
  return {FormatMean(analysis, m, *summary), {summary->mean, summary->standard_deviation}};
}

// Of one or two seeds it is the mean, and says nothing more.
TableCell MedianCell(const Analysis& analysis, size_t m, const std::optional<Summary>& summary) {
  if (!summary.has_value()) return {kNothing, {std::nullopt}};
  const double median = analysis.columns[m].metric.unit.scale * summary->median;
  const std::string text = FormatFixed(median, DecimalsIn(analysis, m, *summary));
  return {summary->seeds > 2 ? text : kNothing, {summary->median}};
}

TableCell NoDifferenceCell(Incomparable reason) {
  const std::string words = FormatIncomparable(reason);
  return {words.empty() ? kNothing : words, {std::nullopt, std::nullopt, std::nullopt, std::nullopt}};
}

TableCell DifferenceCell(const MetricSpec& spec, const VariantMetric& metric) {
  const std::optional<PairedDifference>& d = metric.difference;
  if (!d.has_value()) return NoDifferenceCell(metric.incomparable);
  std::vector<std::optional<double>> values = {d->estimate, d->low, d->high, std::nullopt};
  if (d->low.has_value()) values.back() = d->standard_error;
  return {FormatShortDifference(spec, *d), std::move(values)};
}

TableCell NumberCell(std::string text, double value) { return {std::move(text), {value}}; }

TableCell CountCell(double count) {
  return count > 0 ? NumberCell(FormatCount(count), count) : TableCell{kNothing, {std::nullopt}};
}

std::string WithUnit(const std::string& title, const std::string& unit) {
  return unit.empty() ? title : absl::StrCat(title, ", ", unit);
}

// The values that one source publishes of one variant.
struct PublishedRow {
  std::string variant, source;
  std::map<size_t, std::string> values;  // By the metric that answers, a place in Analysis.columns.
};

std::optional<size_t> AnsweringColumn(const Analysis& analysis, const PublishedResult& published) {
  if (published.answers.empty()) return std::nullopt;
  for (size_t m = 0; m < analysis.columns.size(); ++m) {
    if (analysis.columns[m].metric.name == published.answers) return m;
  }
  return std::nullopt;
}

std::vector<PublishedRow> FindPublishedRows(const Analysis& analysis) {
  std::vector<PublishedRow> rows;
  for (const VariantAnalysis& variant : analysis.variants) {
    for (const PublishedResult& published : variant.published) {
      const std::optional<size_t> metric = AnsweringColumn(analysis, published);
      if (!published.value || !metric) continue;
      const auto is_its_row = [&](const PublishedRow& row) {
        return row.variant == variant.name && row.source == published.source;
      };
      auto row = std::find_if(rows.begin(), rows.end(), is_its_row);
      if (row == rows.end()) row = rows.insert(rows.end(), {variant.name, published.source, {}});
      row->values[*metric] = FormatPublishedNumber(*published.value, false);
    }
  }
  return rows;
}

// Published values that no metric answers to.
std::string OtherPublished(const Analysis& analysis, const VariantAnalysis& variant) {
  std::vector<std::string> parts;
  for (const PublishedResult& published : variant.published) {
    if (!published.value || AnsweringColumn(analysis, published)) continue;
    parts.push_back(absl::StrCat(FormatPublished(published), published.source.empty() ? "" : ", ", published.source));
  }
  return absl::StrJoin(parts, "; ");
}

// Makes a table column by column.
class TableBuilder {
 public:
  TableBuilder(const Analysis& analysis, const ResultLayout& layout)
      : analysis_(analysis), layout_(layout), published_(FindPublishedRows(analysis)) {
    const auto is_average = [](const MetricColumn& column) { return !column.average_of.empty(); };
    as_tasks_ = layout.compact && std::any_of(analysis.columns.begin(), analysis.columns.end(), is_average);
    for (size_t m = 0; m < analysis.columns.size(); ++m) {
      if (IsShown(m)) shown_.push_back(m);
    }
    table_.columns = {{"variant", "variant", {}}};
    for (const VariantAnalysis& variant : analysis.variants) table_.rows.push_back({{variant.name, {}}});
    for (const TeacherAnalysis& teacher : analysis.teachers) table_.rows.push_back({{teacher.name, {}}});
    for (const PublishedRow& row : published_) table_.published.push_back({{NameOf(row), {}}});
  }

  Table Build() && {
    for (const size_t m : shown_) AddMetric(m);
    AddRuns();
    if (!as_tasks_) AddCosts();
    AddOtherPublished();
    table_.note = absl::StrCat(ResultNote(analysis_), DescribeTasks(), DescribeCosts(), DescribeSources());
    return std::move(table_);
  }

 private:
  using OfVariant = std::function<TableCell(const VariantAnalysis&)>;
  using OfTeacher = std::function<TableCell(const TeacherAnalysis&)>;

  bool IsShown(size_t m) const {
    const MetricColumn& column = analysis_.columns[m];
    const auto has_value = [m](const PublishedRow& row) { return row.values.count(m) > 0; };
    return !as_tasks_ || m == 0 || !column.average_of.empty() || !column.task.empty() ||
           std::any_of(published_.begin(), published_.end(), has_value);
  }

  // Whether the column stands for its task alone.
  bool IsItsTask(size_t m) const {
    const std::string& task = analysis_.columns[m].task;
    const auto is_same = [&](size_t other) { return analysis_.columns[other].task == task; };
    return as_tasks_ && !task.empty() && std::count_if(shown_.begin(), shown_.end(), is_same) == 1;
  }

  void Add(TableColumn column, const OfVariant& of_variant, const OfTeacher& of_teacher = nullptr) {
    const TableCell nothing{kNothing, std::vector<std::optional<double>>(column.fields.size())};
    const size_t variants = analysis_.variants.size();
    for (size_t v = 0; v < variants; ++v) table_.rows[v].push_back(of_variant(analysis_.variants[v]));
    for (size_t t = 0; t < analysis_.teachers.size(); ++t) {
      table_.rows[variants + t].push_back(of_teacher ? of_teacher(analysis_.teachers[t]) : nothing);
    }
    for (std::vector<TableCell>& row : table_.published) row.push_back(nothing);
    table_.columns.push_back(std::move(column));
  }

  void AddMetric(size_t m) {
    const MetricColumn& column = analysis_.columns[m];
    const MetricSpec& spec = column.metric;
    const std::string key = ColumnKey(analysis_, column);
    const std::string title = IsItsTask(m) ? column.task : WithUnit(column.title, spec.unit.value);
    Add(
        {title, key, {"mean", "sd"}},
        [&](const auto& variant) { return MeanCell(analysis_, m, variant.metrics[m].summary); },
        [&](const auto& teacher) { return MeanCell(analysis_, m, teacher.metrics[m].summary); });
    for (size_t r = 0; r < published_.size(); ++r) {
      const auto value = published_[r].values.find(m);
      if (value != published_[r].values.end()) table_.published[r].back().text = value->second;
    }
    if (layout_.medians) {
      Add(
          {WithUnit("median", spec.unit.value), key, {"median"}, "", /*below=*/true, {}, "median"},
          [&](const auto& variant) { return MedianCell(analysis_, m, variant.metrics[m].summary); },
          [&](const auto& teacher) { return MedianCell(analysis_, m, teacher.metrics[m].summary); });
    }
    if (as_tasks_ && m > 0 && column.average_of.empty()) return;
    Add({WithUnit(absl::StrCat("Δ to ", analysis_.base), spec.unit.of_differences),
         absl::StrCat(key, ".difference"),
         {"estimate", "low", "high", "standard_error"},
         "not_compared",
         /*below=*/true,
         m},
        [&](const auto& variant) { return DifferenceCell(spec, variant.metrics[m]); });
  }

  void AddRuns() {
    if (layout_.seeds || !CommonSeeds(analysis_)) AddSeeds();
    Add(
        {"parameters", "parameters", {"count"}},
        [](const VariantAnalysis& variant) { return CountCell(static_cast<double>(variant.parameters)); },
        [](const TeacherAnalysis& teacher) { return CountCell(static_cast<double>(teacher.parameters)); });
  }

  void AddSeeds() {
    Add({"seeds", "finished_seeds", {"count"}}, [](const VariantAnalysis& variant) {
      const size_t runs = variant.finished_runs + variant.failures.size();
      return NumberCell(variant.failures.empty() ? absl::StrCat(variant.finished_runs)
                                                 : absl::StrCat(variant.finished_runs, " of ", runs),
                        variant.finished_runs);
    });
  }

  // A variant that trains nothing has no costs.
  void AddCosts() {
    if (!layout_.compact) {
      AddCompression();
      Add({"tokens", "training_tokens", {"mean"}},
          [](const VariantAnalysis& variant) { return CountCell(variant.tokens); });
      Add({"FLOPs with teacher", "training_flops", {"mean"}, "", /*below=*/true, {}, "FLOPs"},
          [](const VariantAnalysis& variant) { return CountCell(variant.total_flops); });
      Add({"of which teacher", "teacher_flops", {"share"}, "", /*below=*/true, {}, "teacher"},
          [](const VariantAnalysis& variant) {
            const std::optional<double> share = variant.teacher_share();
            return share ? NumberCell(FormatShare(*share), *share) : TableCell{kNothing, {std::nullopt}};
          });
    }
    Add({"time", "training_seconds", {"mean"}}, [](const VariantAnalysis& variant) {
      const double seconds = variant.tokens > 0 ? variant.seconds : 0;
      return seconds > 0 ? NumberCell(FormatDuration(seconds), seconds) : TableCell{kNothing, {std::nullopt}};
    });
    if (!layout_.compact) AddShare("padding", "padding", &VariantAnalysis::padding_share);
    AddShare("clipped", "clipped_steps", &VariantAnalysis::clipped_share);
  }

  // A share of what training did.
  void AddShare(const std::string& title, const std::string& key, double VariantAnalysis::*share) {
    Add({title, key, {"share"}, "", /*below=*/true, {}, title}, [share](const VariantAnalysis& variant) {
      return variant.tokens > 0 ? NumberCell(FormatShare(variant.*share), variant.*share)
                                : TableCell{kNothing, {std::nullopt}};
    });
  }

  // Where there is a teacher whose size is known.
  void AddCompression() {
    const auto is_known = [](const VariantAnalysis& variant) { return variant.compression().has_value(); };
    if (std::none_of(analysis_.variants.begin(), analysis_.variants.end(), is_known)) return;
    Add({"compression", "compression", {"ratio"}, "", /*below=*/true, {}, "ratio"}, [](const VariantAnalysis& variant) {
      const std::optional<double> ratio = variant.compression();
      return ratio ? NumberCell(absl::StrCat(FormatFixed(*ratio, *ratio < 10 ? 2 : 1), " x"), *ratio)
                   : TableCell{kNothing, {std::nullopt}};
    });
  }

  void AddOtherPublished() {
    const auto has_other = [this](const auto& variant) { return !OtherPublished(analysis_, variant).empty(); };
    if (std::none_of(analysis_.variants.begin(), analysis_.variants.end(), has_other)) return;
    Add({"published", "published", {}}, [this](const VariantAnalysis& variant) {
      const std::string text = OtherPublished(analysis_, variant);
      return TableCell{text.empty() ? kNothing : text, {}};
    });
  }

  // The sources of the published rows, each once.
  std::vector<std::string> Sources() const {
    std::vector<std::string> sources;
    for (const PublishedRow& row : published_) {
      if (std::count(sources.begin(), sources.end(), row.source) == 0) sources.push_back(row.source);
    }
    return sources;
  }

  // "base [1]"
  std::string NameOf(const PublishedRow& row) const {
    const std::vector<std::string> sources = Sources();
    const auto place = std::find(sources.begin(), sources.end(), row.source) - sources.begin();
    return absl::StrCat(row.variant, " [", place + 1, "]");
  }

  std::string DescribeTasks() const {
    std::vector<std::string> tasks;
    for (const size_t m : shown_) {
      const MetricColumn& column = analysis_.columns[m];
      if (IsItsTask(m)) tasks.push_back(WithUnit(column.title, column.metric.unit.value));
    }
    return tasks.empty() ? "" : absl::StrCat(" Of the tasks: ", absl::StrJoin(tasks, "; "), ".");
  }

  std::string DescribeCosts() const {
    if (as_tasks_) return "";
    return absl::StrCat(
        layout_.compact ? " Time" : " Tokens, FLOPs, time",
        " and clipped steps: over all stages that train the student; time (m:ss or h:mm:ss): its part, by "
        "operations, of the steps that it shared with other students.",
        layout_.compact ? ""
                        : " Padding: its share of the positions of training’s batches, where it is not computed "
                          "unless a loss reads it. Compression: the teacher’s parameters over the student’s.");
  }

  std::string DescribeSources() const {
    std::string text;
    const std::vector<std::string> sources = Sources();
    for (size_t s = 0; s < sources.size(); ++s) {
      absl::StrAppend(&text, s == 0 ? " As published, in the source’s own unit: [" : ", [", s + 1, "] ", sources[s]);
    }
    return text.empty() ? "" : absl::StrCat(text, ".");
  }

  const Analysis& analysis_;
  const ResultLayout layout_;
  const std::vector<PublishedRow> published_;
  bool as_tasks_ = false;      // As papers print several tasks.
  std::vector<size_t> shown_;  // Of analysis_.columns.
  Table table_;
};

}  // namespace

Table BuildTable(const Analysis& analysis, const ResultLayout& layout) {
  return TableBuilder(analysis, layout).Build();
}

Table BuildTableForTerminal(const Analysis& analysis, int width) {
  const auto has_median = [](const VariantAnalysis& variant) {
    return !variant.metrics.empty() && variant.metrics.front().summary && variant.metrics.front().summary->seeds > 2;
  };
  if (std::any_of(analysis.variants.begin(), analysis.variants.end(), has_median)) {
    Table with_medians = BuildTable(analysis, {/*compact=*/true, /*medians=*/true});
    if (TextWidth(with_medians) <= width) return with_medians;
  }
  return BuildTable(analysis, {/*compact=*/true, /*medians=*/false});
}

}  // namespace retort
