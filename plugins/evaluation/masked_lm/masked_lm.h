#ifndef RETORT_PLUGINS_EVALUATION_MASKED_LM_MASKED_LM_H_
#define RETORT_PLUGINS_EVALUATION_MASKED_LM_MASKED_LM_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/eval/evaluator.h"
#include "framework/eval/lm_evaluator.h"
#include "plugins/evaluation/masked_lm/masked_lm.pb.h"

namespace retort {

// Held-out sequences of a corpus for masked language models (Devlin et al. 2019, arXiv:1810.04805).
class MaskedLmEvaluation {
 public:
  static constexpr char kPrimaryMetric[] = "masked_lm/cross_entropy";
  static void FillDefaults(const google::protobuf::Message* data, MaskedLmEvaluationConfig* config);
  static void Check(const std::string& place, const MaskedLmEvaluationConfig& config, Problems* problems);
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(const MaskedLmEvaluationConfig& config,
                                                           const EvaluatorContext& context);
};

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_MASKED_LM_MASKED_LM_H_
