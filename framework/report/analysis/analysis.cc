#include "framework/report/analysis/analysis.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/report/analysis/format.h"
#include "framework/report/analysis/lookups.h"
#include "framework/report/analysis/macro_columns.h"
#include "framework/report/analysis/paired_rows.h"
#include "framework/report/analysis/published_effects.h"

namespace retort {
namespace {

constexpr double kClippedShareGap = 0.20;

std::vector<std::string> VariantNames(const SweepResult& result) {
  std::vector<std::string> names;
  for (const VariantInfo& variant : result.variants) names.push_back(variant.name);
  return names;
}

absl::Status CheckVariants(const SweepResult& result) {
  if (result.variants.empty()) {
    return absl::InvalidArgumentError("SweepResult.variants: want at least the base, got none");
  }
  const std::vector<std::string> names = VariantNames(result);
  const auto check = [&names](const char* field, const std::string& variant) {
    if (std::count(names.begin(), names.end(), variant) == 1) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": want one of ", absl::StrJoin(names, ", "), ", got \"", variant, "\""));
  };
  for (const RunResult& run : result.runs) RETORT_RETURN_IF_ERROR(check("RunResult.variant", run.variant));
  for (const PublishedResult& published : result.published) {
    RETORT_RETURN_IF_ERROR(check("PublishedResult.variant", published.variant));
  }
  return absl::OkStatus();
}

class Analyser {
 public:
  explicit Analyser(const SweepResult& result) : result_(result) {
    analysis_.base = result.variants.front().name;
    analysis_.columns = FindColumns(result);
    analysis_.warnings = result.warnings;
  }

  Analysis Run() && {
    for (const VariantInfo& variant : result_.variants) analysis_.variants.push_back(AnalyseVariant(variant));
    AnalyseTeachers();
    AddMacroColumns(result_, &analysis_);
    AddPublishedEffects(result_, &analysis_);
    WarnOfFailures();
    WarnOfClipping();
    return std::move(analysis_);
  }

 private:
  VariantAnalysis AnalyseVariant(const VariantInfo& info) {
    VariantAnalysis variant;
    variant.name = info.name;
    variant.change = info.difference;
    variant.is_base = info.name == analysis_.base;
    for (const PublishedResult& published : result_.published) {
      if (published.variant == info.name) variant.published.push_back(published);
    }
    for (const RunResult* run : RunsOf(result_, info.name)) {
      if (run->error.empty()) {
        ++variant.finished_runs;
      } else {
        variant.failures.push_back(absl::StrCat("seed ", run->seed, ": ", run->error));
      }
    }
    FillCosts(&variant);
    for (const MetricColumn& column : analysis_.columns) {
      variant.metrics.push_back(AnalyseMetric(variant, column));
      if (!variant.is_base) Compare(info, column, &variant.metrics.back());
    }
    return variant;
  }

  void AnalyseTeachers() {
    std::vector<std::string> names;
    for (const TeacherScores& teacher : result_.teachers) {
      if (std::count(names.begin(), names.end(), teacher.teacher) == 0) names.push_back(teacher.teacher);
    }
    for (const std::string& name : names) {
      TeacherAnalysis teacher{TeacherName(result_, name), IdentitiesOf(name), {}, ParametersOf(name)};
      for (const MetricColumn& column : analysis_.columns) teacher.metrics.push_back(AnalyseTeacher(name, column));
      const auto has_value = [](const TeacherMetric& metric) { return metric.summary.has_value(); };
      if (std::any_of(teacher.metrics.begin(), teacher.metrics.end(), has_value)) {
        analysis_.teachers.push_back(std::move(teacher));
      }
    }
  }

  std::set<std::string> IdentitiesOf(const std::string& name) const {
    std::set<std::string> identities;
    for (const TeacherScores& teacher : result_.teachers) {
      if (teacher.teacher == name) identities.insert(teacher.scores.teacher);
    }
    return identities;
  }

  int64_t ParametersOf(const std::string& name) const {
    const auto is_this = [&](const TeacherScores& teacher) { return teacher.teacher == name; };
    return std::find_if(result_.teachers.begin(), result_.teachers.end(), is_this)->parameters;
  }

  TeacherMetric AnalyseTeacher(const std::string& name, const MetricColumn& column) const {
    std::set<std::string> examples;  // Of the base.
    for (const RunResult* run : RunsOf(result_, analysis_.base)) {
      if (const Scores* scores = FindScores(*run, column)) examples.insert(scores->examples);
    }
    TeacherMetric metric;
    for (const TeacherScores& teacher : result_.teachers) {
      if (teacher.teacher != name || !HasColumn(teacher.scores, column)) continue;
      if (examples.count(teacher.scores.examples) == 0) continue;
      const absl::StatusOr<double> value = RatioOfSums(ByExample(teacher.scores, column));
      if (value.ok()) metric.by_seed[teacher.seed.value_or(0)] = *value;
    }
    metric.summary = SummariseSeeds(metric.by_seed);
    return metric;
  }

  void FillCosts(VariantAnalysis* variant) const {
    int runs = 0;
    for (const RunResult* run : RunsOf(result_, variant->name)) {
      if (variant->finished_runs > 0 && !run->error.empty()) continue;
      ++runs;
      variant->parameters = run->parameters;
      variant->tokens += static_cast<double>(run->tokens);
      variant->padding_share += run->padding_share;
      variant->student_flops += run->student_flops;
      variant->total_flops += run->total_flops;
      variant->seconds += run->seconds;
      variant->teacher_parameters = run->teacher_parameters;
      variant->clipped_share += run->clipped_share;
    }
    for (double* mean : {&variant->tokens, &variant->padding_share, &variant->student_flops, &variant->total_flops,
                         &variant->seconds, &variant->clipped_share}) {
      if (runs > 0) *mean /= runs;
    }
  }

  VariantMetric AnalyseMetric(const VariantAnalysis& variant, const MetricColumn& column) {
    VariantMetric metric;
    for (const RunResult* run : RunsOf(result_, variant.name)) {
      const Scores* scores = FindScores(*run, column);
      if (scores == nullptr) continue;
      metric.examples[run->seed] = scores->examples;
      metric.teachers[run->seed] = scores->teacher;
      const absl::StatusOr<double> value = RatioOfSums(ByExample(*scores, column));
      if (!value.ok()) {
        Warn(variant.name, run->seed, column, value.status());
        continue;
      }
      metric.by_seed[run->seed] = *value;
    }
    metric.summary = SummariseSeeds(metric.by_seed);
    return metric;
  }

  // Fills the difference to the base, or why there is none.
  void Compare(const VariantInfo& variant, const MetricColumn& column, VariantMetric* metric) {
    metric->incomparable = SameAsBase(variant, column, metric->summary.has_value());
    if (metric->incomparable != Incomparable::kNo) return;
    PairedRows rows = PairRows(result_, variant.name, column);
    metric->incomparable = rows.incomparable;
    analysis_.warnings.insert(analysis_.warnings.end(), rows.warnings.begin(), rows.warnings.end());
    if (rows.by_seed.empty()) return;
    std::vector<std::vector<double>> differences;
    for (auto& [seed, row] : rows.by_seed) differences.push_back(std::move(row));
    absl::StatusOr<PairedDifference> difference = EstimateDifference(differences);
    if (difference.ok()) {
      metric->difference = *difference;
    } else {
      Warn(variant.name, std::nullopt, column, difference.status());
    }
  }

  // A stage that both share has one result, unless it stopped.
  static Incomparable SameAsBase(const VariantInfo& variant, const MetricColumn& column, bool measured) {
    if (variant.twin_of_base) return Incomparable::kSameExperiment;
    return measured && variant.shared_stages.count(column.stage) > 0 ? Incomparable::kSameResult : Incomparable::kNo;
  }

  void Warn(const std::string& variant, std::optional<uint64_t> seed, const MetricColumn& column,
            const absl::Status& status) {
    analysis_.warnings.push_back(NotComparedWarning(variant, seed, column, status));
  }

  void WarnOfFailures() {
    for (const VariantAnalysis& variant : analysis_.variants) {
      for (const std::string& failure : variant.failures) {
        analysis_.warnings.push_back(absl::StrCat(variant.name, " stopped. ", failure));
      }
      const int missing =
          static_cast<int>(result_.seeds.size()) - variant.finished_runs - static_cast<int>(variant.failures.size());
      if (missing > 0) {
        analysis_.warnings.push_back(
            absl::StrCat(variant.name, " has not run with ", missing, " of ", result_.seeds.size(), " seeds."));
      }
    }
  }

  void WarnOfClipping() {
    const VariantAnalysis* least = nullptr;
    const VariantAnalysis* most = nullptr;
    for (const VariantAnalysis& variant : analysis_.variants) {
      if (variant.finished_runs == 0 || variant.tokens == 0) continue;
      if (least == nullptr || variant.clipped_share < least->clipped_share) least = &variant;
      if (most == nullptr || variant.clipped_share > most->clipped_share) most = &variant;
    }
    if (least == nullptr || most->clipped_share - least->clipped_share <= kClippedShareGap) return;
    analysis_.warnings.push_back(absl::StrCat(
        "The share of steps with a clipped gradient differs by more than 20 points: ", most->name, " ",
        FormatShare(most->clipped_share), ", ", least->name, " ", FormatShare(least->clipped_share),
        ". Clipping shortens steps, so part of a difference may be the size of the steps rather than the losses."));
  }

  const SweepResult& result_;
  Analysis analysis_;
};

}  // namespace

std::string TeacherName(const SweepResult& result, const std::string& teacher) {
  const auto is_this = [&](const TeacherScores& scores) { return scores.teacher == teacher; };
  const bool alone = std::all_of(result.teachers.begin(), result.teachers.end(), is_this);
  return alone ? "teacher" : absl::StrCat("teacher ", teacher);
}

absl::StatusOr<Analysis> Analyse(const SweepResult& result) {
  RETORT_RETURN_IF_ERROR(CheckVariants(result));
  return Analyser(result).Run();
}

}  // namespace retort
