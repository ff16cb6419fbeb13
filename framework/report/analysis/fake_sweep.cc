#include "framework/report/analysis/fake_sweep.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr int kSequences = 512;
constexpr int kSteps = 80;
constexpr int64_t kTokensPerStep = 1024;

struct FakeVariant {
  const char* name;
  const char* change;
  double effect;       // On the final cross-entropy, nats.
  double start;        // Cross-entropy before training.
  double interaction;  // How differently the sequences take the change.
  double clipped_share;
  std::vector<TermValue> terms;  // value: where the term ends.
};

std::vector<FakeVariant> Variants() {
  const TermValue ce{"ce", 5, 1.1, 150}, cos{"cos", 1, 0.12, 1024}, mlm{"mlm", 2, 4.1, 150};
  const TermValue hidden{"hidden", 1, 0.31, 1024}, attention{"attention", 1, 0.08, 12288};
  return {
      {"base", "", 0, 7.9, 0, 0.31, {ce, cos, mlm}},
      {"no_ce", "stage.distil: removed loss ce", 0.18, 7.9, 0.25, 0.14, {cos, mlm}},
      {"no_cos", "stage.distil: removed loss cos", 0.005, 7.9, 0.08, 0.30, {ce, mlm}},
      {"no_mlm", "stage.distil: removed loss mlm", -0.004, 7.9, 0.10, 0.27, {ce, cos}},
      {"random", "student.init: random_normal, was layer_copy", 1.78, 9.02, 0.5, 0.62, {ce, cos, mlm}},
      {"hidden_only",
       "stage.distil: losses hidden, attention, were ce, cos, mlm",
       0.09,
       7.9,
       0.2,
       0.05,
       {hidden, attention}},
      {"lr_1e-3", "stage.distil.adamw.learning_rate: 1e-3, was 5e-4", -0.06, 7.9, 0.12, 0.44, {ce, cos, mlm}},
      {"init_only", "stage.distil: gold losses only", 0.20, 7.9, 0.3, 0.12, {mlm}},
      {"scratch", "student.init: random_normal; stage.distil: gold losses only", 1.97, 9.02, 0.5, 0.58, {mlm}},
  };
}

// Progress of training from 0 to 1 as curves have it: fast first.
double Progress(int step) { return 1 - std::exp(-4.0 * step / kSteps); }

class Maker {
 public:
  RunResult Run(const FakeVariant& variant, uint64_t seed, int index) {
    RunResult run;
    run.variant = variant.name;
    run.seed = seed;
    run.parameters = 9'514'752 + (variant.terms.size() == 2 ? 0 : 65'792);
    run.tokens = kSteps * kTokensPerStep;
    run.padding_share = 0.03;
    run.student_flops = 6.0 * 9.5e6 * static_cast<double>(run.tokens);
    run.total_flops = run.student_flops * (1.4 + 0.1 * index);
    const double speed = 2100 + 40 * normal_(random_);
    run.seconds = static_cast<double>(run.tokens) / speed;
    run.teacher_parameters = 109'514'298;
    run.clipped_share = variant.clipped_share;
    run.folder = "store/4be1";
    StageCurves& curves = run.curves.emplace_back();
    curves.stage = "distil";
    curves.evaluation_split = "select";
    for (int step = 1; step <= kSteps; ++step) {
      curves.steps.push_back(Step(variant, run, step));
      curves.steps.back().tokens_per_second = speed;
    }
    const double final_value = 4.09 + variant.effect;
    const double seed_effect = 0.01 * normal_(random_);
    for (int step = 0; step <= kSteps; step += 10) {
      const double share = Progress(step) / Progress(kSteps);
      const double value = variant.start + (final_value + seed_effect - variant.start) * share;
      curves.evaluations.push_back(
          {step,
           step * kTokensPerStep,
           run.student_flops * step / kSteps,
           run.total_flops * step / kSteps,
           {{"masked_lm/cross_entropy", value}, {"masked_lm/accuracy", std::max(0.02, 0.87 - 0.134 * value)}}});
    }
    run.scores.push_back(FinalScores(variant, seed, seed_effect));
    return run;
  }

  Scores FinalScores(const FakeVariant& variant, uint64_t seed, double seed_effect) {
    Scores scores;
    scores.stage = "evaluate";
    scores.split = "report";
    // Sequences are as hard for every variant; the same draws for each of them.
    std::mt19937_64 sequences(77);
    std::mt19937_64 pairing(1000 + seed);
    std::normal_distribution<double> normal;
    ExampleScores cross_entropy, kl, accuracy;
    for (int e = 0; e < kSequences; ++e) {
      const double count = 6 + static_cast<double>(sequences() % 6);
      const double difficulty = 0.9 * normal(sequences);
      const double response = variant.interaction * normal(sequences);
      const double noise = 0.15 * normal(pairing) + 0.1 * variant.interaction * normal_(random_);
      const double value = std::max(0.05, 4.09 + variant.effect + seed_effect + difficulty + response + noise);
      const double right = std::round(count * std::min(1.0, std::exp(-0.28 * value)));
      cross_entropy.sum.push_back(value * count);
      kl.sum.push_back(std::max(0.01, 0.6 + 0.8 * variant.effect + 0.1 * (difficulty + response) + noise) * count);
      accuracy.sum.push_back(right);
      for (ExampleScores* metric : {&cross_entropy, &kl, &accuracy}) metric->count.push_back(count);
    }
    scores.metrics = {
        {"masked_lm/cross_entropy", cross_entropy}, {"masked_lm/kl_to_teacher", kl}, {"masked_lm/accuracy", accuracy}};
    return scores;
  }

 private:
  StepRecord Step(const FakeVariant& variant, const RunResult& run, int step) {
    StepRecord record;
    record.step = step;
    record.tokens = step * kTokensPerStep;
    record.student_flops = run.student_flops * step / kSteps;
    record.total_flops = run.total_flops * step / kSteps;
    for (TermValue term : variant.terms) {
      term.value *= (1 + 1.1 * (1 - Progress(step)) + 0.2 * variant.effect) * (1 + 0.02 * normal_(random_));
      record.loss += term.weight * term.value;
      record.terms.push_back(term);
    }
    record.gradient_norm = 4 + 8 * (1 - Progress(step));
    record.clipped = record.gradient_norm > 5;
    record.learning_rate = 5e-4 * std::min(1.0, step / 4.0) * (1 - static_cast<double>(step) / kSteps);
    return record;
  }

  std::mt19937_64 random_{2026};
  std::normal_distribution<double> normal_;
};

// A metric of a task of TaskSweep, and its means. "no_task" is as base is.
struct TaskMetric {
  const char* task;
  MetricSpec metric;
  double base, random;
};

std::vector<TaskMetric> TaskMetrics() {
  const std::string kind = "classification/";
  return {{"cola", {kind + "matthews", "Matthews", Percent(), Better::kHigher, "sentence"}, 0.50, 0.31},
          {"mrpc", {kind + "accuracy", "accuracy", Percent(), Better::kHigher, "sentence pair"}, 0.84, 0.75},
          {"mrpc", {kind + "f1", "F1", Percent(), Better::kHigher, "sentence pair"}, 0.88, 0.81},
          {"sst2", {kind + "accuracy", "accuracy", Percent(), Better::kHigher, "sentence"}, 0.91, 0.86}};
}

RunResult TaskRun(const std::string& variant, uint64_t seed, std::mt19937_64* random) {
  constexpr int kExamples = 400;
  std::normal_distribution<double> normal;
  RunResult run;
  run.variant = variant;
  run.seed = seed;
  run.parameters = 66'955'010;
  for (const TaskMetric& m : TaskMetrics()) {
    const std::string stage = absl::StrCat(m.task, "_score");
    if (run.scores.empty() || run.scores.back().stage != stage) run.scores.push_back({stage, "report", {}});
    ExampleScores& scores = run.scores.back().metrics[OfTask(m.task, m.metric.name)];
    const double mean = (variant == "random" ? m.random : m.base) + 0.003 * normal(*random);
    for (int e = 0; e < kExamples; ++e) scores.sum.push_back(mean + 0.1 * normal(*random));
    scores.count.assign(kExamples, 1);
  }
  return run;
}

}  // namespace

SweepResult FakeSweep() {
  SweepResult result;
  result.name = "quickstart";
  result.seeds = {1, 2, 3};
  result.metrics = {{"masked_lm/cross_entropy", "cross-entropy", Nats(), Better::kLower, "sequence"},
                    {"masked_lm/kl_to_teacher", "KL to teacher", Nats(), Better::kLower, "sequence", true},
                    {"masked_lm/accuracy", "accuracy", Percent(), Better::kHigher, "sequence"}};
  result.primary_metric = "masked_lm/cross_entropy";
  result.conditions = "this teacher, corpus and learning rate";
  Maker maker;
  int index = 0;
  for (const FakeVariant& variant : Variants()) {
    result.variants.push_back({variant.name, variant.change});
    for (const uint64_t seed : result.seeds) result.runs.push_back(maker.Run(variant, seed, index));
    ++index;
  }
  const FakeVariant teacher{"teacher", "", -1.0, 0, 0, 0, {}};
  result.teachers.push_back({"data/teachers/mini", maker.FinalScores(teacher, 1, 0)});
  result.teachers.back().parameters = 109'514'298;
  result.run = {"2026-11-28 20:14 UTC", "sweep experiments/quickstart/quickstart.textproto", 754};
  result.teachers.back().scores.metrics.erase("masked_lm/kl_to_teacher");
  result.published = {{"no_ce", "GLUE macro", -2.96, std::nullopt, "arXiv:1910.01108 table 4"},
                      {"random", "GLUE macro", -3.69, std::nullopt, "arXiv:1910.01108 table 4"}};
  result.resolved_config = "name: \"quickstart\"\nexperiment {\n  student { architecture { layers: 3 } }\n}\n";
  result.environment = {
      {"commit", "e8e1874"}, {"cpu", "2 cores, AVX512 with AMX"}, {"libtorch", "2.11.0"}, {"threads", "2"}};
  return result;
}

SweepResult TinySweep() {
  SweepResult result;
  result.name = "tiny";
  result.variants = {{"base", ""}, {"a", "stage.distil.clip_norm: 1, was 5"}};
  result.seeds = {1, 2};
  result.metrics = {{"m/cross_entropy", "cross-entropy", Nats(), Better::kLower, "sequence"}};
  result.primary_metric = "m/cross_entropy";
  result.conditions = "this teacher";
  const auto add = [&result](const char* variant, uint64_t seed, std::vector<double> sums) {
    RunResult run;
    run.variant = variant;
    run.seed = seed;
    run.parameters = 1234567;
    run.tokens = 1000;
    run.padding_share = 0.25;
    run.total_flops = 2e9;
    run.student_flops = 1e9;
    run.seconds = 10;
    run.curves = {{"distil", {}, {{5, 500, 0.5e9, 1e9, {{"m/cross_entropy", 6.0}}}}, "select", ""}};
    run.scores = {{"eval", "report", {{"m/cross_entropy", {std::move(sums), {1, 1}}}}, "", "", ""}};
    result.runs.push_back(run);
  };
  add("base", 1, {1, 3});
  add("base", 2, {1, 3});
  add("a", 1, {2, 6});
  add("a", 2, {4, 8});
  return result;
}

SweepResult TaskSweep() {
  SweepResult result;
  result.name = "tasks";
  result.variants = {{"base", ""}, {"no_task", "for_each.tune: removed loss soft"}, {"random", "student.init"}};
  result.seeds = {1, 2, 3};
  MacroAverage macro;
  macro.metric = {"macro", "macro", Percent(), Better::kHigher, "example"};
  macro.tasks = {{"cola", {{"cola_score", "cola/classification/matthews"}}},
                 {"mrpc", {{"mrpc_score", "mrpc/classification/f1"}}},
                 {"sst2", {{"sst2_score", "sst2/classification/accuracy"}}}};
  result.macros = {macro};
  result.primary_metric = "macro";
  result.margin = 3;
  for (const TaskMetric& m : TaskMetrics()) result.metrics.push_back(OfTask(m.task, m.metric));
  std::mt19937_64 random(5);
  for (const VariantInfo& variant : result.variants) {
    for (const uint64_t seed : result.seeds) result.runs.push_back(TaskRun(variant.name, seed, &random));
  }
  const std::string table_1 = "arXiv:1910.01108 table 1", table_4 = "arXiv:1910.01108 table 4";
  result.published = {{"base", "macro", std::nullopt, 77.0, table_1, "macro"},
                      {"base", "CoLA", std::nullopt, 51.3, table_1, "cola/classification/matthews"},
                      {"base", "SST-2", std::nullopt, 91.3, table_1, "sst2/classification/accuracy"},
                      {"no_task", "GLUE macro", 0.9, std::nullopt, "a paper"},
                      {"random", "GLUE macro", -3.69, std::nullopt, table_4},
                      {"random", "SST-2", 0.4, std::nullopt, "a paper", "sst2/classification/accuracy"}};
  return result;
}

}  // namespace retort
