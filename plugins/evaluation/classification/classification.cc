#include "plugins/evaluation/classification/classification.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/eval/scores/jackknife.h"
#include "framework/eval/scores/metric_spec.h"
#include "framework/eval/task/task_evaluator.h"
#include "framework/eval/task/task_metrics.h"
#include "framework/model/config/head_spec.h"
#include "glog/logging.h"
#include "plugins/evaluation/classification/class_counts.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(ClassificationEvaluation, ClassificationEvaluationConfig);

using Logits = absl::Span<const double>;

constexpr char kF1[] = "classification/f1";
constexpr char kMacroF1[] = "classification/macro_f1";
constexpr char kMatthews[] = "classification/matthews";
constexpr char kCrossEntropy[] = "classification/cross_entropy";

int64_t Largest(Logits logits) { return std::max_element(logits.begin(), logits.end()) - logits.begin(); }

int64_t ToldClass(Logits logits) {
  const bool finite = std::all_of(logits.begin(), logits.end(), [](double logit) { return std::isfinite(logit); });
  return finite ? Largest(logits) : kNoClass;
}

double CrossEntropy(Logits logits, int64_t label) {
  const double largest = logits[Largest(logits)];
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum) - logits[label];
}

ExampleScores OnePerExample(std::vector<double> values) {
  ExampleScores scores;
  scores.sum = std::move(values);
  scores.count.assign(scores.sum.size(), 1);
  return scores;
}

// Labels and what was told of them.
class Confusion {
 public:
  Confusion(absl::Span<const int64_t> labels, std::vector<int64_t> told, int64_t classes)
      : labels_(labels), told_(std::move(told)), counts_(classes) {
    for (size_t e = 0; e < labels_.size(); ++e) counts_.Add(labels_[e], told_[e]);
  }

  // The jackknife values of a statistic of the counts, which is computed once for all examples of the same label of
  // which the same was told.
  template <typename Statistic>
  ExampleScores Jackknife(const Statistic& statistic) const {
    std::map<std::pair<int64_t, int64_t>, double> known;
    std::vector<double> without_each;
    for (size_t e = 0; e < labels_.size(); ++e) {
      const auto [found, is_new] = known.try_emplace({labels_[e], told_[e]});
      if (is_new) {
        ClassCounts rest = counts_;
        rest.Add(labels_[e], told_[e], -1);
        found->second = statistic(rest);
      }
      without_each.push_back(found->second);
    }
    return OnePerExample(JackknifeValues(statistic(counts_), without_each));
  }

 private:
  const absl::Span<const int64_t> labels_;
  const std::vector<int64_t> told_;
  ClassCounts counts_;
};

class ClassificationMetrics final : public TaskMetrics {
 public:
  explicit ClassificationMetrics(std::string f1_of) : f1_of_(std::move(f1_of)) {}

  HeadKind head() const override { return HeadKind::kClasses; }

  MetricSpecs metrics() const override {
    return {
        {ClassificationEvaluation::kPrimaryMetric, "accuracy", Percent(), Better::kHigher},
        {kF1, f1_of_.empty() ? "F1" : absl::StrCat("F1 of ", f1_of_), Percent(), Better::kHigher},
        {kMacroF1, "macro F1", Percent(), Better::kHigher},
        {kMatthews, "Matthews", Percent(), Better::kHigher},
        {kCrossEntropy, "cross-entropy", Nats(), Better::kLower},
    };
  }

  std::string Key() const override { return absl::StrCat("f1_of ", f1_of_); }

  absl::Status Check(const LabelledSequences& examples) const override {
    const std::vector<std::string>& classes = examples.classes;
    if (f1_of_.empty() || std::count(classes.begin(), classes.end(), f1_of_) > 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("f1_of: want one of the classes (", absl::StrJoin(classes, ", "), "), got \"", f1_of_, "\""));
  }

  MetricScores Score(const LabelledSequences& examples, const at::Tensor& logits) const override {
    std::vector<int64_t> labels;
    for (const StepSequence& sequence : examples.sequences) labels.push_back(sequence.class_label);
    return ClassificationScores(labels, logits, F1Class(examples.classes));
  }

  std::string Answer(const LabelledSequences& examples, Logits logits) const override {
    return examples.classes[Largest(logits)];
  }

 private:
  std::optional<int64_t> F1Class(const std::vector<std::string>& classes) const {
    if (!f1_of_.empty()) return std::find(classes.begin(), classes.end(), f1_of_) - classes.begin();
    return classes.size() == 2 ? std::optional<int64_t>(1) : std::nullopt;
  }

  const std::string f1_of_;
};

}  // namespace

void ClassificationEvaluation::FillDefaults(const google::protobuf::Message* data,
                                            ClassificationEvaluationConfig* config) {
  FillTaskEvaluation(data, config);
}

void ClassificationEvaluation::Check(const std::string& place, const ClassificationEvaluationConfig& config,
                                     Problems* problems) {
  CheckTaskEvaluator(place, TaskEvaluatorSpecOf(config), problems);
}

absl::StatusOr<std::unique_ptr<Evaluator>> ClassificationEvaluation::Create(
    const ClassificationEvaluationConfig& config, const EvaluatorContext&) {
  return TaskEvaluator::Create(TaskEvaluatorSpecOf(config), std::make_shared<ClassificationMetrics>(config.f1_of()));
}

MetricScores ClassificationScores(absl::Span<const int64_t> labels, const at::Tensor& logits,
                                  std::optional<int64_t> f1_of) {
  const int64_t classes = logits.size(1);
  std::vector<int64_t> told;
  std::vector<double> right, cross_entropy;
  for (size_t e = 0; e < labels.size(); ++e) {
    const Logits row(logits.data_ptr<double>() + e * classes, classes);
    told.push_back(ToldClass(row));
    right.push_back(told.back() == labels[e] ? 1 : 0);
    cross_entropy.push_back(CrossEntropy(row, labels[e]));
  }
  const auto none = std::count(told.begin(), told.end(), kNoClass);
  LOG_IF(WARNING, none > 0) << "classification: of " << none << " of " << told.size()
                            << " examples a model tells no class, since its logits are not finite: they count as wrong";
  const Confusion confusion(labels, std::move(told), classes);
  const auto macro_f1 = [](const ClassCounts& counts) { return counts.MacroF1(); };
  MetricScores scores;
  scores[ClassificationEvaluation::kPrimaryMetric] = OnePerExample(std::move(right));
  scores[kMacroF1] = confusion.Jackknife(macro_f1);
  scores[kF1] =
      f1_of ? confusion.Jackknife([&](const ClassCounts& counts) { return counts.F1(*f1_of); }) : scores[kMacroF1];
  scores[kMatthews] = confusion.Jackknife([](const ClassCounts& counts) { return counts.Matthews(); });
  scores[kCrossEntropy] = OnePerExample(std::move(cross_entropy));
  return scores;
}

}  // namespace retort
