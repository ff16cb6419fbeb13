#ifndef RETORT_FRAMEWORK_EVAL_SENTENCE_SIMILARITY_H_
#define RETORT_FRAMEWORK_EVAL_SENTENCE_SIMILARITY_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/types/span.h"
#include "c10/core/Device.h"
#include "framework/data/sentence_pairs.h"
#include "framework/eval/evaluated_model.h"
#include "framework/eval/example_scores.h"

namespace retort {

inline constexpr char kSentenceSimilaritySpearman[] = "sentence_similarity/spearman";

// Spearman's rank correlation: Pearson's r of the ranks, where equal values share the mean of their ranks. NaN if a
// value is NaN or all values of one side are equal. REQUIRES: as many x as y.
double SpearmanCorrelation(absl::Span<const double> x, absl::Span<const double> y);

// Sentence embeddings as sentence-transformers pools them (Reimers and Gurevych 2019, arXiv:1908.10084, section 3): the
// mean of the last hidden states over all positions that are not padding, [CLS] and [SEP] included, divided by its L2
// norm. In evaluation mode. A sentence's embedding does not depend on the other sentences beyond rounding.
//
// Returns [N, H] on the host, float32 at least, in the order of `sentences`. chunk_sentences: per forward pass.
at::Tensor SentenceEmbeddings(const EvaluatedModel& model, const std::vector<std::vector<int32_t>>& sentences,
                              int32_t pad_id, c10::Device device, int64_t chunk_sentences = 32);

// How well models rank sentence pairs without any fine-tuning: Spearman's correlation of the cosine of their embeddings
// with people's scores. A pair's values are its jackknife pseudo-values, so that their mean is the correlation of all
// pairs, and differences between models have an interval over pairs. One result per model.
std::vector<MetricScores> EvaluateSentenceSimilarity(const std::vector<EvaluatedModel>& models,
                                                     const TokenizedPairs& pairs, c10::Device device);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SENTENCE_SIMILARITY_H_
