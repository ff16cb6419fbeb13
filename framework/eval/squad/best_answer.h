#ifndef RETORT_FRAMEWORK_EVAL_SQUAD_BEST_ANSWER_H_
#define RETORT_FRAMEWORK_EVAL_SQUAD_BEST_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/types/span.h"
#include "c10/core/Device.h"
#include "framework/data/squad/squad_windows.h"
#include "framework/eval/evaluated_model.h"

namespace retort {

// Which spans are looked at. The defaults are those of BERT's script for SQuAD (Devlin et al. 2019).
struct AnswerRules {
  int64_t n_best = 20;       // So many first positions of a window, and so many last ones, those of the largest logits.
  int64_t most_pieces = 30;  // Of an answer.
  // There may be no answer: none is given where the logits of [CLS] exceed those of the best span by more than this.
  // Absent: there is always an answer.
  std::optional<double> null_threshold;
};

// The text of the question's best span: the one with the largest sum of the first position's start logit and the last
// one's end logit among all windows of the question. Both are positions of the context, in this order, with at most
// most_pieces between them, themselves included, and the first has most of its context in the window
// (SquadWindows::HasMostContext). Of equal sums the first window's is taken, there the larger start logit's.
//
// Empty for no answer, and where there is no such span. No answer's logits are those of position 0, in the window where
// their sum is least. What is not a number never wins.
//
// Args: logits: of all windows, [S, 2] float64 each (start, end), contiguous, on the host.
std::string BestAnswer(const SquadWindows& windows, int64_t question, absl::Span<const at::Tensor> logits,
                       const AnswerRules& rules);

// The logits of a head of spans of each model, in evaluation mode: per model and window [S, 2] float64, as BestAnswer
// reads them. One data pass for all models, in batches of at most `most_positions` with padding, or of one window. May
// throw what libtorch throws.
std::vector<std::vector<at::Tensor>> SpanLogits(const std::vector<EvaluatedModel>& models, const SquadWindows& windows,
                                                c10::Device device, int64_t most_positions = 4096);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SQUAD_BEST_ANSWER_H_
