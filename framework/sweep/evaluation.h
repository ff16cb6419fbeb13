#ifndef RETORT_FRAMEWORK_SWEEP_EVALUATION_H_
#define RETORT_FRAMEWORK_SWEEP_EVALUATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/Device.h"
#include "framework/config/sweep.pb.h"
#include "framework/data/lm_kind.h"
#include "framework/eval/evaluated_model.h"
#include "framework/eval/example_scores.h"
#include "framework/sweep/inputs.h"
#include "framework/sweep/key.h"

// What an evaluation stage, or the evaluation inside a training stage, reads and computes. `stage` is either, with its
// defaults filled.

namespace retort {

// Whether it needs models with a language-model head.
bool EvaluationReadsLogits(const Stage& stage);

// The kind of language model whose logits it reads. REQUIRES: EvaluationReadsLogits(stage).
LmKind EvaluationKind(const Stage& stage);

// Positions of its longest sequences.
int64_t EvaluationLength(const Stage& stage);

// The names of its metrics, as the report has them: "masked_lm/cross_entropy".
std::vector<std::string> EvaluationMetrics(const Stage& stage);

// The split whose numbers it gives: "select" or "report".
std::string EvaluationSplit(const Stage& stage);

// Adds what its scores depend on, beside models and device. Errors: those of the files; InvalidArgument for more
// sequences than there are.
absl::Status AddEvaluationParts(const Stage& stage, const VocabularyInput& vocabulary, Inputs* inputs, KeyBuilder* key);

// Scores of models, beside a teacher where there is one; one per model.
using Evaluator =
    std::function<std::vector<MetricScores>(const std::vector<EvaluatedModel>&, const std::optional<EvaluatedModel>&)>;

// Reads what it needs once; the result may be called as often as wanted. Errors: those of the files.
absl::StatusOr<Evaluator> MakeEvaluator(const Stage& stage, const VocabularyInput& vocabulary, c10::Device device,
                                        Inputs* inputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_EVALUATION_H_
