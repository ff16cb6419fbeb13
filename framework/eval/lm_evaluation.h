#ifndef RETORT_FRAMEWORK_EVAL_LM_EVALUATION_H_
#define RETORT_FRAMEWORK_EVAL_LM_EVALUATION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "c10/core/Device.h"
#include "framework/data/held_out.h"
#include "framework/eval/evaluated_model.h"
#include "framework/eval/example_scores.h"

namespace retort {

// The metrics of every evaluation, by their names in reports and in Keep.best.
inline constexpr char kMaskedLmCrossEntropy[] = "masked_lm/cross_entropy";
inline constexpr char kMaskedLmAccuracy[] = "masked_lm/accuracy";
// That of an evaluation beside a teacher.
inline constexpr char kMaskedLmKlToTeacher[] = "masked_lm/kl_to_teacher";

// Masked-language-model metrics of several models with a language-model head on the same held-out sequences, in
// evaluation mode, sequence by sequence. Sums over labelled rows, with their number as count; log-softmax in float32,
// sums in float64:
//
//   masked_lm/cross_entropy   -log p(label)                    nats
//   masked_lm/accuracy        1 if the label has the largest logit
//   masked_lm/kl_to_teacher   KL( teacher || model ), τ = 1    nats; only with a teacher of the same vocabulary
//
// One data pass and one teacher forward for all models. A model's scores do not depend on the other models.
//
// Args: chunk_sequences: sequences per forward pass.
std::vector<MetricScores> EvaluateLm(const std::vector<EvaluatedModel>& models,
                                           const std::optional<EvaluatedModel>& teacher, const HeldOut& held_out,
                                           c10::Device device, int64_t chunk_sequences = 32);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_LM_EVALUATION_H_
