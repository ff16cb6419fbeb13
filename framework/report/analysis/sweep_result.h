#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_SWEEP_RESULT_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_SWEEP_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "framework/eval/scores/example_text.h"
#include "framework/eval/scores/macro_average.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/eval/scores/scores.h"
#include "framework/train/observer.h"

namespace retort {

// What was seen of one training stage while it trained.
struct StageCurves {
  std::string stage;
  std::vector<StepRecord> steps;              // Thinned to a few hundred, the same steps for every variant.
  std::vector<EvaluationRecord> evaluations;  // On `evaluation_split`.
  std::string evaluation_split;               // "select"
  std::string evaluation_examples;            // As Scores.examples; empty without evaluations.
};

// All that is known of one variant with one seed.
struct RunResult {
  std::string variant;
  uint64_t seed = 0;
  std::string error;  // Empty unless the run stopped: then what stopped it, with term and step.
  int64_t parameters = 0;
  // Over all stages that train the student, of every task, shared with other variants or not. Stages that train its
  // teacher do not count, unless nothing else is trained.
  int64_t tokens = 0;
  double padding_share = 0;  // Padding among the positions of these tokens' batches, 0 to 1.
  double student_flops = 0;
  double total_flops = 0;  // With the teacher's forward passes.
  // Of the same stages: of each step that the student shared with others, its part by operations, an equal share of the
  // teacher's forward pass included.
  double seconds = 0;
  int64_t teacher_parameters = 0;       // Of what taught the student last; 0: nothing did.
  double clipped_share = 0;             // Share of steps whose gradient was clipped, 0 to 1.
  std::vector<StageCurves> curves;      // Of every training stage, in their order.
  std::vector<Scores> scores;           // Final evaluations, those that came through.
  std::set<std::string> computed_with;  // Threads, instruction set and libraries of all its stages.
  // The steps after which Keep.best.patience ended trainings, by stage.
  std::map<std::string, int64_t> stopped_steps;
  std::string folder;  // Where its results lie, for a reader who wants the weights.
};

// A field of the configuration by which variants differ: "stage.distil.adamw.learning_rate".
struct Setting {
  std::string path;
  std::vector<std::string> values;  // One per variant, in their order; "absent" where it is not there.
};

struct VariantInfo {
  std::string name;
  std::string difference;     // Against the first variant, one line per field; empty for that one.
  bool twin_of_base = false;  // Resolves to the first variant's experiment under another name.
  // Evaluation stages whose results are those of the first variant: the same student on the same examples.
  std::set<std::string> shared_stages = {};
};

// A published number to print beside a variant's result; units are never mixed with ours.
struct PublishedResult {
  std::string variant;
  std::string metric;           // In the paper's unit: "GLUE macro".
  std::optional<double> delta;  // Against the paper's full system; above 0 is better.
  std::optional<double> value;
  std::string source;
  std::string answers = {};  // The metric of this sweep that answers to it; empty: none was named.
};

// A teacher's own scores.
struct TeacherScores {
  // Its folder, or "@stage" where it was trained, "@stage of <variant>" where variants train others. What has one name
  // is one teacher, or the teachers that one stage trained with several seeds.
  std::string teacher;
  Scores scores;
  std::optional<uint64_t> seed = std::nullopt;  // Of its training.
  int64_t parameters = 0;                       // 0: not known.
};

// How a sweep was run.
struct RunRecord {
  std::string date;     // "2026-11-28 20:14 UTC", when the report was written.
  std::string command;  // As a shell takes it.
  double seconds = 0;   // Of the command that wrote the report: what the store had already took none of them.
};

// What the search of a sweep (Sweep.tune) tried for one training stage of a variant.
struct TunedStage {
  struct Point {
    std::string setting;          // "learning_rate=0.0001,sequences=16"
    std::optional<double> score;  // The metric that it reached; none if it stopped.
    std::string error = {};       // What stopped it.
  };
  std::string variant, stage;
  std::string split;  // On which it was scored.
  uint64_t seed = 0;  // Of the search.
  MetricSpec metric;  // By which was chosen.
  std::vector<Point> points;
  size_t chosen = 0;  // Of the points.
};

// A whole sweep, ready to be reported.
struct SweepResult {
  std::string name;
  std::vector<VariantInfo> variants;  // The first one is what the others are compared with: "base", if it was run.
  std::vector<uint64_t> seeds;
  std::vector<RunResult> runs;  // variants x seeds, those that ran.
  std::vector<TeacherScores> teachers;
  std::vector<PublishedResult> published;
  std::vector<TunedStage> tuning;    // What was tried before the runs.
  MetricSpecs metrics;               // What the evaluations measure, in the order of their columns.
  std::vector<MacroAverage> macros;  // Over tasks, whose metrics are named as OfTask does.
  std::string primary_metric;        // "masked_lm/cross_entropy"
  std::optional<double> margin;      // The largest difference that counts as none, in the primary metric's shown unit.
  std::vector<Setting> settings;     // By which the variants differ.
  // The texts of held-out examples, in the order of their scores, by what these were measured on (Scores.examples).
  std::map<std::string, std::vector<ExampleText>> texts;
  RunRecord run;
  std::vector<std::string> warnings;  // Dead options and the like, from the plan.
  // What holds for all of it; empty if nothing does.
  std::string conditions;  // "this teacher (data/teachers/mini), corpus (data/corpora/wiki) and learning rate (5e-4)"
  std::string resolved_config;                     // sweep.resolved.textproto
  std::map<std::string, std::string> environment;  // CPU, threads, libtorch, versions, commit …
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_SWEEP_RESULT_H_
