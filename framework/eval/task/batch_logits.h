#ifndef RETORT_FRAMEWORK_EVAL_TASK_BATCH_LOGITS_H_
#define RETORT_FRAMEWORK_EVAL_TASK_BATCH_LOGITS_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/eval/evaluated_model.h"
#include "framework/model/config/head_spec.h"

namespace retort {

// Sequences of these lengths, by their places, in batches that hold little padding: long ones go first. A batch holds
// at most `most_positions`, padding included, and at least one sequence.
std::vector<std::vector<int64_t>> LengthBatches(const std::vector<int32_t>& lengths, int64_t most_positions);

// The logits of a head of a batch, in evaluation mode: [B, outputs], or [B, S, 2] of spans, float64, on the host.
// REQUIRES: the model has the head; gradients are off. May throw what libtorch throws.
at::Tensor BatchLogits(const EvaluatedModel& model, HeadKind head, const Batch& batch);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_TASK_BATCH_LOGITS_H_
