#ifndef RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_EMBEDDINGS_H_
#define RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_EMBEDDINGS_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "c10/core/Device.h"
#include "framework/eval/evaluated_model.h"
#include "framework/eval/sentences/sentence_pooling.h"

namespace retort {

// Sentence embeddings as sentence-transformers pools them (Reimers and Gurevych 2019, arXiv:1908.10084, section 3): the
// last hidden states pooled over all positions that are not padding, [CLS] and [SEP] included, divided by their L2
// norm. In evaluation mode. A sentence's embedding does not depend on the other sentences beyond rounding.
//
// Returns [N, H] on the host, float32 at least, in the order of `sentences`. chunk_sentences: per forward pass.
at::Tensor SentenceEmbeddings(const EvaluatedModel& model, const std::vector<std::vector<int32_t>>& sentences,
                              int32_t pad_id, c10::Device device, int64_t chunk_sentences = 32,
                              SentencePooling pooling = SentencePooling::kMean);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_EMBEDDINGS_H_
