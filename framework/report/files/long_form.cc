#include "framework/report/files/long_form.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/format.h"
#include "framework/report/statistics/statistics.h"

namespace retort {
namespace {

std::string Clean(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\t", " "}, {"\n", " "}, {"\r", " "}});
}

// Appends the fields, tabs between them, and a line break.
template <typename... Fields>
void AddLine(std::string* text, const std::string& first, const Fields&... rest) {
  absl::StrAppend(text, first);
  (absl::StrAppend(text, "\t", rest), ...);
  absl::StrAppend(text, "\n");
}

void AddExamples(const std::string& variant, const std::string& seed, const Scores& scores, std::string* text) {
  for (const auto& [metric, examples] : scores.metrics) {
    for (size_t e = 0; e < examples.sum.size() && e < examples.count.size(); ++e) {
      AddLine(text, Clean(variant), seed, Clean(scores.stage), Clean(scores.split), Clean(metric), e,
              ExactNumber(examples.sum[e]), ExactNumber(examples.count[e]), Clean(scores.examples), scores.teacher);
    }
  }
}

void AddCurves(const RunResult& run, const StageCurves& curves, std::string* text) {
  for (const EvaluationRecord& evaluation : curves.evaluations) {
    for (const auto& [metric, value] : evaluation.metrics) {
      AddLine(text, Clean(run.variant), run.seed, Clean(curves.stage), evaluation.tokens,
              ExactNumber(evaluation.total_flops), Clean(curves.evaluation_split), Clean(metric), ExactNumber(value),
              Clean(curves.evaluation_examples), "");
    }
  }
}

}  // namespace

std::string PerExampleTsv(const SweepResult& result) {
  std::string text;
  AddLine(&text, "variant", "seed", "stage", "split", "metric", "example", "sum", "count", "measured_on", "teacher");
  for (const RunResult& run : result.runs) {
    for (const Scores& scores : run.scores) AddExamples(run.variant, absl::StrCat(run.seed), scores, &text);
  }
  for (const TeacherScores& teacher : result.teachers) {
    AddExamples(absl::StrCat("(", TeacherName(result, teacher.teacher), ")"),
                teacher.seed.has_value() ? absl::StrCat(*teacher.seed) : "", teacher.scores, &text);
  }
  return text;
}

std::string LongTsv(const SweepResult& result) {
  std::string text;
  AddLine(&text, "variant", "seed", "stage", "tokens", "flops", "split", "metric", "value", "measured_on", "teacher");
  for (const RunResult& run : result.runs) {
    for (const StageCurves& curves : run.curves) AddCurves(run, curves, &text);
    for (const Scores& scores : run.scores) {
      for (const auto& [metric, examples] : scores.metrics) {
        const absl::StatusOr<double> value = RatioOfSums(examples);
        if (!value.ok()) continue;
        AddLine(&text, Clean(run.variant), run.seed, Clean(scores.stage), run.tokens, ExactNumber(run.total_flops),
                Clean(scores.split), Clean(metric), ExactNumber(*value), Clean(scores.examples), scores.teacher);
      }
    }
  }
  return text;
}

}  // namespace retort
