#ifndef RETORT_FRAMEWORK_DATA_SEQUENCES_OPEN_SEQUENCES_H_
#define RETORT_FRAMEWORK_DATA_SEQUENCES_OPEN_SEQUENCES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/data/data_cache.h"
#include "framework/data/sequences/lm_kind.h"
#include "framework/data/sequences/sequence_set.h"
#include "framework/text/tokenizer.h"

namespace retort {

// Which sequences of a corpus: those of one split, cut for one kind of language model.
struct SequenceSpec {
  LmKind kind = LmKind::kMasked;
  std::string corpus;  // A folder with a corpus.textproto.
  Split split = Split::kTrain;
  int64_t length = 0;
  int64_t min_length = 0;
};

// The sequences, each corpus tokenized once and each set made once per cache. Errors: those of corpora and of
// SequenceSet, for example a split that no document falls into.
absl::StatusOr<std::shared_ptr<const SequenceSet>> OpenSequences(const SequenceSpec& spec, const Tokenizer& tokenizer,
                                                                 DataCache* cache);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_SEQUENCES_OPEN_SEQUENCES_H_
