#include "plugins/evaluation/causal_lm/causal_lm.h"

namespace retort {
namespace {

RETORT_REGISTER_EVALUATOR(CausalLmEvaluation, CausalLmEvaluationConfig);

LmEvaluatorSpec ToSpec(const CausalLmEvaluationConfig& config) {
  LmEvaluatorSpec spec;
  spec.kind = LmKind::kCausal;
  spec.corpus = config.corpus();
  spec.split = config.split();
  spec.length = config.length();
  spec.sequences = config.sequences();
  spec.seed = config.seed();
  return spec;
}

}  // namespace

void CausalLmEvaluation::FillDefaults(const google::protobuf::Message* data, CausalLmEvaluationConfig* config) {
  InheritField(data, "corpus", config);
  InheritField(data, "length", config);
  RETORT_DEFAULT(config, length, 1024);
  RETORT_DEFAULT(config, split, "report");
  RETORT_DEFAULT(config, sequences, 512);
  RETORT_DEFAULT(config, seed, 0);
}

void CausalLmEvaluation::Check(const std::string& place, const CausalLmEvaluationConfig& config, Problems* problems) {
  CheckLmEvaluator(place, ToSpec(config), problems);
}

absl::StatusOr<std::unique_ptr<Evaluator>> CausalLmEvaluation::Create(const CausalLmEvaluationConfig& config,
                                                                      const EvaluatorContext&) {
  return std::make_unique<LmEvaluator>(ToSpec(config));
}

}  // namespace retort
