#ifndef RETORT_FRAMEWORK_EVAL_TASK_SEQUENCE_LOGITS_H_
#define RETORT_FRAMEWORK_EVAL_TASK_SEQUENCE_LOGITS_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "c10/core/Device.h"
#include "framework/data/examples/labelled_sequences.h"
#include "framework/eval/evaluated_model.h"
#include "framework/model/config/head_spec.h"

namespace retort {

// The logits of a head of each model for whole sequences, in evaluation mode: per model [E, outputs] float64,
// contiguous, on the host, in the order of the examples.
//
// One data pass for all models. Long sequences go first, so that batches hold little padding; a batch holds at most
// `most_positions`, padding included, and at least one sequence. A model's logits do not depend on the other models.
//
// Args: head: kClasses or kScore, which every model has.
std::vector<at::Tensor> SequenceLogits(const std::vector<EvaluatedModel>& models, HeadKind head,
                                       const LabelledSequences& examples, c10::Device device,
                                       int64_t most_positions = 4096);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_TASK_SEQUENCE_LOGITS_H_
