#ifndef RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_POOLING_H_
#define RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_POOLING_H_

#include <string>

#include "absl/status/statusor.h"

// How the last hidden states of a sentence become one vector, and what a folder of sentence-transformers says of it.

namespace retort {

enum class SentencePooling {
  kMean,          // The mean over the real positions.
  kFirst,         // The first position, [CLS].
  kMax,           // The largest value over the real positions, dimension by dimension.
  kWeightedMean,  // The mean weighted by position: 1, 2, ...
  kLast,          // The last real position.
};

// "mean", "first", "max", "weighted_mean" or "last".
const char* SentencePoolingName(SentencePooling pooling);

// The pooling of this name. InvalidArgument listing the names for another.
absl::StatusOr<SentencePooling> ParseSentencePooling(const std::string& name);

// What a model folder says.
struct FolderPooling {
  SentencePooling pooling = SentencePooling::kMean;
  std::string file;  // That says so; empty: none does, which sentence-transformers takes for the mean.
};

// Reads modules.json, of the folder or of the one around it that has it for its Transformer, and the configuration of
// its Pooling module. What does not change the direction of an embedding is as if it were not there: Normalize, Dropout
// and the mean over the root of the length, which is taken for the mean.
//
// Errors: InvalidArgument naming the file and the module for what is not computed here: Dense and all other modules,
// several poolings at once, and other poolings; what the files and their JSON give.
absl::StatusOr<FolderPooling> ReadFolderPooling(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SENTENCES_SENTENCE_POOLING_H_
