#ifndef RETORT_TOOLS_CUT_MODEL_CUT_MODEL_H_
#define RETORT_TOOLS_CUT_MODEL_CUT_MODEL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "framework/model/files/hugging_face.h"
#include "framework/text/vocabulary.h"

namespace retort {

// The model with the rows of its word embeddings that `kept` names, in its order, and with a masked-LM head. A model
// without one gets a fresh head as BERT's initialisation draws it, from `seed`, whose decoder bias is the logarithm of
// the pieces' frequencies (with one added to each count).
//
// Args: vocabulary: of the model; counts: how often each kept piece occurs. Errors: NotFound if the model's vocabulary
// lacks a kept piece; InvalidArgument if it has more pieces than the model.
absl::StatusOr<LoadedModel> CutModel(const LoadedModel& model, const Vocabulary& vocabulary, const Vocabulary& kept,
                                     absl::Span<const int64_t> counts, uint64_t seed);

}  // namespace retort

#endif  // RETORT_TOOLS_CUT_MODEL_CUT_MODEL_H_
