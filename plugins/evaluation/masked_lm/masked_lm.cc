#include "plugins/evaluation/masked_lm/masked_lm.h"

#include <algorithm>

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(MaskedLmEvaluation, MaskedLmEvaluationConfig);

constexpr int64_t kMinLength = 12;

LmEvaluatorSpec ToSpec(const MaskedLmEvaluationConfig& config) {
  LmEvaluatorSpec spec;
  spec.kind = LmKind::kMasked;
  spec.corpus = config.corpus();
  spec.split = config.split();
  spec.length = config.length();
  spec.min_length = std::min<int64_t>(kMinLength, spec.length);
  spec.sequences = config.sequences();
  spec.seed = config.mask_seed();
  return spec;
}

}  // namespace

void MaskedLmEvaluation::FillDefaults(const google::protobuf::Message* data, MaskedLmEvaluationConfig* config) {
  InheritField(data, "corpus", config);
  InheritField(data, "length", config);
  RETORT_DEFAULT(config, length, 128);
  RETORT_DEFAULT(config, split, "report");
  RETORT_DEFAULT(config, sequences, 512);
  RETORT_DEFAULT(config, mask_seed, 0);
}

void MaskedLmEvaluation::Check(const std::string& place, const MaskedLmEvaluationConfig& config, Problems* problems) {
  CheckLmEvaluator(place, ToSpec(config), problems);
}

absl::StatusOr<std::unique_ptr<Evaluator>> MaskedLmEvaluation::Create(const MaskedLmEvaluationConfig& config,
                                                                      const EvaluatorContext&) {
  return std::make_unique<LmEvaluator>(ToSpec(config));
}

}  // namespace retort
