#ifndef RETORT_FRAMEWORK_TESTING_FIXTURES_H_
#define RETORT_FRAMEWORK_TESTING_FIXTURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "framework/batch/batch.h"
#include "framework/batch/step_batch.h"
#include "framework/loss/loss_term.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "google/protobuf/any.pb.h"

namespace retort::testing {

// Small random things that losses, mappings and initialisations are tested on. All are functions of their arguments.

// Standard normal draws.
at::Tensor RandomTensor(const std::vector<int64_t>& shape, uint64_t seed, at::ScalarType dtype = at::kDouble);

// An encoder of V = 11, H = 8, A = 2, d = 4, intermediate size 16 and 16 positions, with a vocabulary head.
EncoderConfig SmallEncoder(int64_t layers);

// One of the family, with its heads of these kinds, and a pooler if a head reads it.
EncoderConfig SmallModel(const std::string& family, int64_t layers,
                         const std::vector<HeadKind>& heads = {HeadKind::kVocabulary});

// The same width cut into so many heads.
void SetHeads(int64_t heads, EncoderConfig* config);

void MakeCausal(EncoderConfig* config);

// One sequence for each length, of random pieces. Every third position from the second on carries a label, and every
// sequence one of two classes, a score and a span.
StepBatch RandomStepBatch(const std::vector<int64_t>& lengths, uint64_t seed);

// All sequences of a step, on the host.
Batch WholeBatch(const StepBatch& step);

// Random hidden states and attention for all that `capture` names.
ModelOutputs RandomOutputs(const EncoderConfig& config, const Batch& batch, const Capture& capture, uint64_t seed,
                           at::ScalarType dtype = at::kDouble);

// Q Kᵀ / √d, [B, A, S, S], written down as it is: a reference for terms over attention.
at::Tensor PlainScores(const AttentionState& attention);

// The sequences [begin, end) of outputs.
ModelOutputs SliceOutputs(const ModelOutputs& outputs, int64_t begin, int64_t end);

// Random logits for the rows of a batch, with the batch's labels: pieces of positions, classes of sequences.
LogitRows RandomLogitRows(const Batch& batch, RowSet rows, int64_t outputs, uint64_t seed,
                          at::ScalarType dtype = at::kDouble);

// A registry that knows one mapping, which TestMapping() chooses: m -> m · L_t / L_s, rounded down. It stands for any
// mapping, so that plugins of other kinds are tested without depending on one.
const LayerMappingRegistry& TestMappings();
google::protobuf::Any TestMapping();

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_FIXTURES_H_
