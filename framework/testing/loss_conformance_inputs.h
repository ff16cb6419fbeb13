#ifndef RETORT_FRAMEWORK_TESTING_LOSS_CONFORMANCE_INPUTS_H_
#define RETORT_FRAMEWORK_TESTING_LOSS_CONFORMANCE_INPUTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "framework/batch/batch.h"
#include "framework/batch/step_batch.h"
#include "framework/loss/loss_term.h"

// What the contracts of loss terms (loss_conformance.h) are tried on.

namespace retort::testing {

// Sequences of 9, 9, 6, 3 and 1 positions: rectangular and ragged parts, and one without labels.
const StepBatch& ConformanceStep();

// The term as one over rows of logits; null for one over tensors.
const RowLossTerm* AsRowTerm(const LossTerm& term);

// Everything a term reads, for some sequences of the step.
struct LossTermInputs {
  Batch batch;
  ModelOutputs student, teacher;
  LogitRows rows;
  std::map<std::string, at::Tensor> parameters;
};

// Random inputs of the whole step in `type`, with values that `round` can hold.
LossTermInputs MakeLossTermInputs(const LossTerm& term, at::ScalarType type = at::kDouble,
                                  at::ScalarType round = at::kDouble);

// The part of the sequences [begin, end).
LossTermInputs SliceInputs(const LossTerm& term, const LossTermInputs& whole, int64_t begin, int64_t end);

absl::StatusOr<at::Tensor> SumOf(const LossTerm& term, const LossTermInputs& inputs);
absl::StatusOr<double> ValueOf(const LossTerm& term, const LossTermInputs& inputs);

// Replaces each tensor of one side by what `f(tensor, view)` gives, where view(mask of positions [B, S]) fits a mask to
// the tensor.
template <typename F>
void Replace(const F& f, ModelOutputs* outputs) {
  auto rows = [](const at::Tensor& mask) { return mask.unsqueeze(-1); };
  auto heads = [](const at::Tensor& mask) { return mask.unsqueeze(1).unsqueeze(-1); };
  for (auto& [layer, hidden] : outputs->hidden) hidden = f(hidden, rows);
  for (auto& [layer, state] : outputs->attention) {
    const at::Tensor query = f(state.query(), heads), key = f(state.key(), heads), value = f(state.value(), heads);
    state = AttentionState(query, key, value, state.valid(), state.causal());
  }
}

// Makes what `outputs` and `logits` (if defined) hold leaves of autograd, and gives them in a fixed order.
std::vector<at::Tensor> MakeLeaves(ModelOutputs* outputs, at::Tensor* logits);

// The value, and the gradient of the student and of the parameters; undefined where there is none.
struct Evaluation {
  double value = 0;
  std::vector<at::Tensor> student, parameters;
};

absl::StatusOr<Evaluation> Evaluate(const LossTerm& term, LossTermInputs inputs);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_LOSS_CONFORMANCE_INPUTS_H_
