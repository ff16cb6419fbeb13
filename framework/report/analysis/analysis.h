#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_ANALYSIS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_ANALYSIS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/report/statistics/statistics.h"

// What a sweep says: every number that tables, pages and sentences print, computed once.

namespace retort {

// A metric of one evaluation stage on one split, or a macro average of such: one group of columns in every table.
struct MetricColumn {
  std::string stage, split;
  MetricSpec metric;
  std::string title;  // "cross-entropy", with the stage before it where several stages report the metric.
  // Of a macro average, which has no stage: the metrics that it is over. Empty: it is measured.
  std::vector<std::string> average_of = {};
  std::string task = {};  // Whose result it is in a macro average; empty: no average is over it.
};

// Why a variant's metric is not compared with the base's.
enum class Incomparable {
  kNo,              // It is compared, or there is nothing to compare.
  kSameExperiment,  // The variant is the base under another name.
  kSameResult,      // The same student on the same examples, however the variants differ elsewhere.
  kExamples,        // Measured on other held-out examples.
  kTeacher,         // Measured beside another teacher.
};

// One variant in one MetricColumn.
struct VariantMetric {
  std::map<uint64_t, double> by_seed;  // Runs that were scored in it, whatever else of them failed.
  std::optional<Summary> summary;      // Over by_seed; none if it is empty.
  // What it was measured on, by seed: Scores.examples and Scores.teacher.
  std::map<uint64_t, std::string> examples, teachers;
  std::optional<PairedDifference> difference;  // To the base, over the seeds that both have; none for the base itself.
  Incomparable incomparable = Incomparable::kNo;
};

// A teacher in one MetricColumn, on the examples of the base.
struct TeacherMetric {
  std::map<uint64_t, double> by_seed;  // Of its training; under 0 if it was not trained here.
  std::optional<Summary> summary;      // Over by_seed; none if it is empty.
};

// A teacher's own scores.
struct TeacherAnalysis {
  std::string name;                    // TeacherName
  std::set<std::string> identities;    // Scores.teacher; one for each seed where it was trained.
  std::vector<TeacherMetric> metrics;  // In the order of Analysis.columns.
  int64_t parameters = 0;              // 0: not known.
};

struct VariantAnalysis {
  std::string name;
  std::string change;  // Against the base experiment, one line per field.
  bool is_base = false;
  std::vector<VariantMetric> metrics;  // In the order of Analysis.columns.
  int finished_runs = 0;
  // Means over finished runs, or over all runs where none finished; 0 where there are no runs.
  int64_t parameters = 0;
  double tokens = 0, padding_share = 0, student_flops = 0, total_flops = 0, seconds = 0, clipped_share = 0;
  int64_t teacher_parameters = 0;     // RunResult.teacher_parameters
  std::vector<std::string> failures;  // "seed 2: loss term ce is NaN at step 41"
  std::vector<PublishedResult> published;

  // The part of all operations that the teacher's forward passes take, 0 to 1, as if the student had them for itself;
  // none where nothing is trained.
  std::optional<double> teacher_share() const {
    return total_flops > 0 ? std::make_optional(1 - student_flops / total_flops) : std::nullopt;
  }
  // How many times as many parameters the teacher has; none without a teacher.
  std::optional<double> compression() const {
    if (teacher_parameters == 0 || parameters == 0) return std::nullopt;
    return static_cast<double>(teacher_parameters) / static_cast<double>(parameters);
  }
};

// What a sweep says of a published effect. Directions are compared, not sizes: a published delta above 0 is read as
// better, a difference here as MetricSpec.better says (as more where that is unknown).
enum class EffectVerdict {
  kNotCompared,   // There is no difference with an interval: not measured, not comparable, or failed.
  kUndetermined,  // p_value is not below 5 %.
  kSameSign,
  kOppositeSign,
  kPublishedAsNone,  // There is a difference here, and the published one is 0.
  kEquivalent,       // equivalence_p_value is below 5 %, whatever p_value is.
};

// A published delta and the difference that answers to it. A contrast is a variant in a column; the p-values are
// adjusted by Holm's procedure over all contrasts that have a published delta, those that could not be compared
// included, those of no difference and those of equivalence each for themselves.
struct PublishedEffect {
  PublishedResult published;
  size_t variant = 0;                         // Of Analysis.variants.
  std::optional<size_t> column;               // Of Analysis.columns; none: no run was scored on it.
  std::optional<double> p_value;              // Of no difference. None: not compared.
  std::optional<double> equivalence_p_value;  // Of a difference beyond the margin. None as well without a margin.
  EffectVerdict verdict = EffectVerdict::kNotCompared;
};

struct Analysis {
  std::string base;                       // Name of the first variant, to which all others are compared.
  std::vector<MetricColumn> columns;      // The primary metric first.
  std::vector<VariantAnalysis> variants;  // In the sweep's order.
  std::vector<TeacherAnalysis> teachers;  // Those with a value.
  std::vector<PublishedEffect> effects;   // Of the published deltas, in the sweep's order.
  size_t contrasts = 0;                   // That the effects' p-values are adjusted for.
  std::optional<double> margin;           // As SweepResult's, if the primary metric was measured.
  // The plan's warnings; runs that failed; comparisons that could not be made; shares of clipped steps more than 20
  // points apart.
  std::vector<std::string> warnings;
};

// The variant's metric that answers to a published effect; null if it was not measured.
const VariantMetric* AnsweringMetric(const Analysis& analysis, const PublishedEffect& effect);

// The margin of equivalence in the column's own unit; none without one, or where its unit is not the primary metric's.
std::optional<double> MarginOf(const Analysis& analysis, size_t column);

// "teacher", or "teacher data/teachers/mini" where the sweep has several.
std::string TeacherName(const SweepResult& result, const std::string& teacher);

// A run that failed (RunResult.error) has the scores of the stages that came through, and counts in their columns; it
// has a macro average if all of its tasks came through. A difference is that of scores which were measured on the same
// examples, beside the same teacher where the metric asks for one; where that does not hold, VariantMetric says so.
// Macro averages follow the primary metric (macro_columns.h). Where a score is one value for all examples (a
// correlation that is not defined without one of them), or seeds have different numbers of them, the difference is that
// of the means, without an interval over examples; a warning says why.
//
// Errors: InvalidArgument if there are no variants, or a run or published result belongs to none of them.
absl::StatusOr<Analysis> Analyse(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_ANALYSIS_H_
