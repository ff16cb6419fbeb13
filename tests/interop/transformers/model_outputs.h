#ifndef RETORT_TESTS_INTEROP_TRANSFORMERS_MODEL_OUTPUTS_H_
#define RETORT_TESTS_INTEROP_TRANSFORMERS_MODEL_OUTPUTS_H_

#include <string>

#include "absl/status/status.h"
#include "framework/batch/batch.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"

namespace retort {

// Runs a model on a batch without dropout, for comparison with transformers, and writes into a folder, which is made:
//
//   outputs.safetensors   ids, valid [B, S]; hidden.0 to hidden.L [B, S, H]; pooled [B, H] if there is a pooler; for
//   each
//                         head of the model also labels.<kind>, logits.<kind> [B, S, O] or [B, O], and loss.<kind>, a
//                         mean over its labels: the cross-entropy, of spans over real positions, or a squared error
//   gradients/<kind>/     the gradients of each loss, stored as the model's parameters are
//
// A causal model's labels of pieces are the next ones, and those of the batch are not read. Enables the parameters'
// gradients. Errors: those of the file system.
absl::Status WriteModelOutputs(const std::string& folder, const EncoderConfig& config, const Batch& batch,
                               ParameterSet* parameters);

}  // namespace retort

#endif  // RETORT_TESTS_INTEROP_TRANSFORMERS_MODEL_OUTPUTS_H_
