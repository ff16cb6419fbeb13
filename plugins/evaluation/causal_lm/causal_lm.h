#ifndef RETORT_PLUGINS_EVALUATION_CAUSAL_LM_CAUSAL_LM_H_
#define RETORT_PLUGINS_EVALUATION_CAUSAL_LM_CAUSAL_LM_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/lm_evaluator.h"
#include "plugins/evaluation/causal_lm/causal_lm.pb.h"

namespace retort {

// Held-out blocks of a corpus for causal language models (Radford et al. 2019).
class CausalLmEvaluation {
 public:
  static constexpr char kPrimaryMetric[] = "causal_lm/cross_entropy";
  static void FillDefaults(const google::protobuf::Message* data, CausalLmEvaluationConfig* config);
  static void Check(const std::string& place, const CausalLmEvaluationConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const CausalLmEvaluationConfig& config,
                                                           const EvaluatorContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_CAUSAL_LM_CAUSAL_LM_H_
