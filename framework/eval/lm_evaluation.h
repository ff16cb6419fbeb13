#ifndef RETORT_FRAMEWORK_EVAL_LM_EVALUATION_H_
#define RETORT_FRAMEWORK_EVAL_LM_EVALUATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "c10/core/Device.h"
#include "framework/batch/batch.h"
#include "framework/data/masking/held_out.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/eval/evaluated_model.h"
#include "framework/eval/scores/example_scores.h"

namespace retort {

// The metrics of an evaluation.
inline constexpr char kCrossEntropy[] = "cross_entropy";
inline constexpr char kAccuracy[] = "accuracy";
inline constexpr char kKlToTeacher[] = "kl_to_teacher";  // Beside a teacher.

// What is in memory at once: at most so many sequences, of at most so many positions unless one alone has more, and at
// most so many rows of logits.
inline constexpr int64_t kSequencesAtOnce = 32;
inline constexpr int64_t kPositionsAtOnce = 4096;
inline constexpr int64_t kRowsAtOnce = 256;

// A metric's name in reports and in Keep.best: "masked_lm/cross_entropy".
std::string LmMetric(LmKind kind, absl::string_view metric);

// Metrics of several models with a language-model head of one kind on the same held-out sequences, in evaluation mode,
// sequence by sequence. Sums over labelled rows, with their number as count; log-softmax in float32, sums in float64:
//
//   <kind>/cross_entropy   -log p(label)                    nats
//   <kind>/accuracy        1 if the label has the largest logit
//   <kind>/kl_to_teacher   KL( teacher || model ), τ = 1    nats; only with a teacher of the same vocabulary
//
// One data pass and one teacher forward for all models. A model's scores do not depend on the other models. Logits are
// computed in chunks of rows, so that long sequences and large vocabularies do not meet in memory.
//
// Args: chunk_sequences: sequences per forward pass, fewer if they are long.
std::vector<MetricScores> EvaluateLm(const std::vector<EvaluatedModel>& models,
                                     const std::optional<EvaluatedModel>& teacher, const HeldOut& held_out,
                                     c10::Device device, int64_t chunk_sequences = kSequencesAtOnce);

// Adds these metrics of the sequences of one batch to `scores`, one per model. REQUIRES: gradients are off.
void ScoreLmBatch(const std::vector<EvaluatedModel>& models, const std::optional<EvaluatedModel>& teacher, LmKind kind,
                  const Batch& batch, std::vector<MetricScores>* scores);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_LM_EVALUATION_H_
