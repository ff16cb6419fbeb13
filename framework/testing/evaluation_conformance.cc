#include "framework/testing/evaluation_conformance.h"

#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"
#include "framework/init/initializer.h"
#include "framework/model/encoder.h"
#include "framework/testing/fixtures.h"

namespace retort::testing {
namespace {

constexpr c10::DeviceType kCpu = at::kCPU;

absl::Status Broken(absl::string_view what) { return absl::FailedPreconditionError(what); }

// A random model of the kind that is needed.
class Model {
 public:
  Model(const ModelNeeds& needs, const std::vector<std::string>& classes, int64_t vocabulary, uint64_t seed)
      : encoder_(Config(needs, classes, vocabulary)),
        parameters_(EncoderParameterSpecs(encoder_.config()), at::kFloat, kCpu) {
    InitializeRandomNormal(seed, /*range=*/0.3, 0, &parameters_);
    before_ = parameters_.flat().clone();
  }

  EvaluatedModel view() const { return {&encoder_, &parameters_}; }
  bool changed() const { return !parameters_.flat().equal(before_); }

 private:
  // The vocabulary's of the configuration, or one layer.
  static HeadSpec HeadOf(HeadKind kind, const std::vector<std::string>& classes, const EncoderConfig& config) {
    if (kind == HeadKind::kVocabulary) return *FindHead(config, kind);
    HeadSpec head = PlainHead(kind, kind == HeadKind::kSpans ? Pooling::kNone : Pooling::kFirst);
    if (kind == HeadKind::kClasses) head.classes = classes;
    return head;
  }

  static EncoderConfig Config(const ModelNeeds& needs, const std::vector<std::string>& classes, int64_t vocabulary) {
    EncoderConfig config = SmallEncoder(2);
    config.vocabulary_size = vocabulary;
    config.max_positions = needs.longest_sequence;
    config.hidden_dropout = config.attention_dropout = 0.5;  // Of training alone.
    if (needs.causal.value_or(false)) MakeCausal(&config);
    if (needs.heads.empty()) return config;
    std::vector<HeadSpec> heads;
    for (const HeadKind head : needs.heads) heads.push_back(HeadOf(head, classes, config));
    config.heads = std::move(heads);
    return config;
  }

  Encoder encoder_;
  ParameterSet parameters_;
  at::Tensor before_;
};

bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// Whether the metrics that are not measured beside a teacher have the same bits in both.
bool SameOwnScores(const MetricSpecs& metrics, const MetricScores& a, const MetricScores& b) {
  for (const MetricSpec& metric : metrics) {
    if (metric.beside_teacher) continue;
    const ExampleScores &x = a.at(metric.name), &y = b.at(metric.name);
    if (!SameBits(x.sum, y.sum) || !SameBits(x.count, y.count)) return false;
  }
  return true;
}

absl::Status CheckMetrics(const MetricSpecs& metrics) {
  if (metrics.empty()) return Broken("want a metric, got none");
  std::set<std::string> names;
  for (const MetricSpec& metric : metrics) {
    if (!absl::StrContains(metric.name, '/') || !names.insert(metric.name).second) {
      return Broken(absl::StrCat("want metrics called <evaluation>/<metric>, each once, got ", metric.name));
    }
    if (metric.label.empty() || metric.example.empty()) {
      return Broken(absl::StrCat(metric.name, ": want a label and what an example is, got nothing"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckScores(const MetricSpecs& metrics, bool teacher, const MetricScores& scores) {
  size_t wanted = 0, examples = 0;
  for (const MetricSpec& metric : metrics) {
    if (metric.beside_teacher && !teacher) continue;
    ++wanted;
    const auto found = scores.find(metric.name);
    if (found == scores.end()) return Broken(absl::StrCat(metric.name, ": want a score, got none"));
    const ExampleScores& score = found->second;
    if (examples == 0) examples = score.sum.size();
    if (score.sum.empty() || score.sum.size() != examples || score.count.size() != examples) {
      return Broken(absl::StrCat(metric.name, ": want the same examples for all metrics, got ", score.sum.size(),
                                 " sums and ", score.count.size(), " counts beside ", examples));
    }
  }
  if (scores.size() == wanted) return absl::OkStatus();
  return Broken(absl::StrCat("want scores of the ", wanted, " metrics alone, got ", scores.size()));
}

}  // namespace

absl::Status CheckEvaluator(const Evaluator& evaluator, const Tokenizer& tokenizer, const std::string& cache_folder) {
  const MetricSpecs metrics = evaluator.metrics();
  RETORT_RETURN_IF_ERROR(CheckMetrics(metrics));
  if (evaluator.split().empty()) return Broken("want the name of a split, got none");
  DataCache cache(cache_folder, /*threads=*/1), another(cache_folder, /*threads=*/1);
  RETORT_ASSIGN_OR_RETURN(const auto examples, evaluator.Open({tokenizer, &cache}));
  RETORT_ASSIGN_OR_RETURN(const auto again, evaluator.Open({tokenizer, &another}));
  if (examples->Key() != again->Key()) return Broken("want the same key of the same examples, got two");
  if (examples->MeasuredOn() != again->MeasuredOn()) return Broken("want the same examples measured on once, got two");

  RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> classes, evaluator.Classes(&cache));
  const auto make_model = [&](uint64_t seed) {
    return Model(evaluator.needs(), classes, tokenizer.vocabulary_size(), seed);
  };
  const Model a = make_model(1), b = make_model(2), teacher = make_model(3);
  const auto both = examples->Score({a.view(), b.view()}, teacher.view(), kCpu);
  const auto reversed = examples->Score({b.view(), a.view()}, teacher.view(), kCpu);
  const auto alone = examples->Score({a.view()}, std::nullopt, kCpu);
  if (both.size() != 2 || alone.size() != 1) return Broken("want one result per model, got others");
  for (const MetricScores& scores : both) RETORT_RETURN_IF_ERROR(CheckScores(metrics, /*teacher=*/true, scores));
  RETORT_RETURN_IF_ERROR(CheckScores(metrics, /*teacher=*/false, alone[0]));
  for (const auto& [name, score] : both[0]) {
    if (!SameBits(score.sum, reversed[1].at(name).sum)) {
      return Broken(absl::StrCat(name, ": want scores that do not depend on the other models, got others"));
    }
  }
  if (!evaluator.reads_teacher() && !SameOwnScores(metrics, both[0], alone[0])) {
    return Broken("want scores that do not depend on the teacher, got others");
  }
  if (a.changed() || b.changed() || teacher.changed()) return Broken("want models that are not changed, got others");
  return absl::OkStatus();
}

}  // namespace retort::testing
