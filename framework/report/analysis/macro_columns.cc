#include "framework/report/analysis/macro_columns.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/report/analysis/lookups.h"
#include "framework/report/analysis/paired_rows.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

// The values of a task by seed, or of all its metrics.
using BySeed = std::map<uint64_t, std::vector<double>>;

// One macro average, from the columns that are there.
class MacroColumn {
 public:
  MacroColumn(const MacroAverage& average, const SweepResult& result, const Analysis& analysis)
      : result_(result), analysis_(analysis) {
    column_.metric = average.metric;
    column_.title = average.metric.label;
    for (const MacroTask& task : average.tasks) {
      tasks_.emplace_back();
      for (const MacroTask::Measured& measured : task.measured) {
        tasks_.back().push_back(FindColumn(measured));
        column_.average_of.push_back(measured.metric);
      }
    }
  }

  const MetricColumn& column() const { return column_; }

  VariantMetric Of(const VariantInfo& info, const VariantAnalysis& variant) const {
    VariantMetric metric;
    for (const uint64_t seed : result_.seeds) {
      const std::optional<double> value =
          Mean([&](size_t column) { return ValueOf(variant.metrics[column].by_seed, seed); });
      if (value) metric.by_seed[seed] = *value;
    }
    metric.summary = SummariseSeeds(metric.by_seed);
    if (!variant.is_base) Compare(info, &metric);
    return metric;
  }

  // A teacher that was not trained has its value under 0, which may be a seed as well.
  TeacherMetric Of(const TeacherAnalysis& teacher) const {
    std::set<uint64_t> seeds(result_.seeds.begin(), result_.seeds.end());
    seeds.insert(0);
    TeacherMetric metric;
    for (const uint64_t seed : seeds) {
      const std::optional<double> value =
          Mean([&](size_t column) { return ValueOf(teacher.metrics[column].by_seed, seed); });
      if (value) metric.by_seed[seed] = *value;
    }
    metric.summary = SummariseSeeds(metric.by_seed);
    return metric;
  }

  // Says in the measured columns whose task they are.
  void NameTasks(const MacroAverage& average, std::vector<MetricColumn>* columns) const {
    for (size_t t = 0; t < tasks_.size(); ++t) {
      for (const std::optional<size_t>& column : tasks_[t]) {
        if (column) (*columns)[*column].task = average.tasks[t].task;
      }
    }
  }

 private:
  static std::optional<double> ValueOf(const std::map<uint64_t, double>& by_seed, uint64_t seed) {
    const auto found = by_seed.find(seed);
    return found == by_seed.end() ? std::nullopt : std::make_optional(found->second);
  }

  std::optional<size_t> FindColumn(const MacroTask::Measured& measured) const {
    for (size_t c = 0; c < analysis_.columns.size(); ++c) {
      const MetricColumn& column = analysis_.columns[c];
      if (column.stage == measured.stage && column.metric.name == measured.metric) return c;
    }
    return std::nullopt;
  }

  // The mean over tasks of the means over their columns, if all of them have a value.
  template <typename ValueOf>
  std::optional<double> Mean(ValueOf value_of) const {
    double sum = 0;
    for (const std::vector<std::optional<size_t>>& columns : tasks_) {
      double of_task = 0;
      for (const std::optional<size_t>& column : columns) {
        const std::optional<double> value = column ? value_of(*column) : std::nullopt;
        if (!value) return std::nullopt;
        of_task += *value / static_cast<double>(columns.size());
      }
      sum += of_task / static_cast<double>(tasks_.size());
    }
    return sum;
  }

  bool HasSharedResult(const VariantInfo& info) const {
    return std::all_of(tasks_.begin(), tasks_.end(), [&](const auto& columns) {
      return std::all_of(columns.begin(), columns.end(), [&](const std::optional<size_t>& column) {
        return column && info.shared_stages.count(analysis_.columns[*column].stage) > 0;
      });
    });
  }

  // Fills the difference to the base, or why there is none.
  void Compare(const VariantInfo& info, VariantMetric* metric) const {
    if (info.twin_of_base) metric->incomparable = Incomparable::kSameExperiment;
    const bool same_result = metric->summary.has_value() && HasSharedResult(info);
    if (!info.twin_of_base && same_result) metric->incomparable = Incomparable::kSameResult;
    if (metric->incomparable != Incomparable::kNo) return;
    std::vector<BySeed> tasks;
    for (const std::vector<std::optional<size_t>>& columns : tasks_) {
      tasks.emplace_back();
      metric->incomparable = PairTask(info.name, columns, &tasks.back());
      if (metric->incomparable != Incomparable::kNo) return;
    }
    std::vector<std::vector<std::vector<double>>> rows(tasks.size());
    for (const uint64_t seed : result_.seeds) {
      const auto has_seed = [&](const BySeed& task) { return task.count(seed) > 0; };
      if (!std::all_of(tasks.begin(), tasks.end(), has_seed)) continue;
      for (size_t t = 0; t < tasks.size(); ++t) rows[t].push_back(std::move(tasks[t][seed]));
    }
    if (rows.front().empty()) return;
    const absl::StatusOr<PairedDifference> difference = EstimateMacroDifference(rows);
    if (difference.ok()) metric->difference = *difference;
  }

  // The task's rows of the seeds that have all of its columns. What could not be compared, those columns say.
  Incomparable PairTask(const std::string& variant, const std::vector<std::optional<size_t>>& columns,
                        BySeed* rows) const {
    std::map<uint64_t, std::vector<std::vector<double>>> by_seed;
    for (const std::optional<size_t>& column : columns) {
      if (!column) return Incomparable::kNo;
      PairedRows paired = PairRows(result_, variant, analysis_.columns[*column]);
      if (paired.incomparable != Incomparable::kNo) return paired.incomparable;
      for (auto& [seed, row] : paired.by_seed) by_seed[seed].push_back(std::move(row));
    }
    for (const auto& [seed, of_columns] : by_seed) {
      if (of_columns.size() == columns.size()) (*rows)[seed] = MeanRow(of_columns);
    }
    return Incomparable::kNo;
  }

  // Example by example, or one value where the columns differ in the number of examples.
  static std::vector<double> MeanRow(const std::vector<std::vector<double>>& rows) {
    const auto as_the_first = [&](const std::vector<double>& row) { return row.size() == rows.front().size(); };
    const bool alike = std::all_of(rows.begin(), rows.end(), as_the_first);
    std::vector<double> mean(alike ? rows.front().size() : 1, 0.0);
    for (const std::vector<double>& row : rows) {
      for (size_t e = 0; e < mean.size(); ++e) {
        mean[e] += (alike ? row[e] : MeanOf(row)) / static_cast<double>(rows.size());
      }
    }
    return mean;
  }

  const SweepResult& result_;
  const Analysis& analysis_;
  MetricColumn column_;
  std::vector<std::vector<std::optional<size_t>>> tasks_;  // Of each the columns, none for one that nothing has.
};

template <typename Item>
void InsertAt(size_t place, Item item, std::vector<Item>* items) {
  items->insert(items->begin() + static_cast<std::ptrdiff_t>(place), std::move(item));
}

}  // namespace

void AddMacroColumns(const SweepResult& result, Analysis* analysis) {
  if (analysis->columns.empty()) return;
  size_t next = analysis->columns.front().metric.name == result.primary_metric ? 1 : 0;
  for (const MacroAverage& average : result.macros) {
    const MacroColumn macro(average, result, *analysis);
    std::vector<VariantMetric> metrics;
    for (size_t v = 0; v < analysis->variants.size(); ++v) {
      metrics.push_back(macro.Of(result.variants[v], analysis->variants[v]));
    }
    std::vector<TeacherMetric> of_teachers;
    for (const TeacherAnalysis& teacher : analysis->teachers) of_teachers.push_back(macro.Of(teacher));
    macro.NameTasks(average, &analysis->columns);
    const size_t place = average.metric.name == result.primary_metric ? 0 : next;
    ++next;
    InsertAt(place, macro.column(), &analysis->columns);
    for (size_t v = 0; v < metrics.size(); ++v) {
      InsertAt(place, std::move(metrics[v]), &analysis->variants[v].metrics);
    }
    for (size_t t = 0; t < of_teachers.size(); ++t) {
      InsertAt(place, std::move(of_teachers[t]), &analysis->teachers[t].metrics);
    }
  }
}

}  // namespace retort
