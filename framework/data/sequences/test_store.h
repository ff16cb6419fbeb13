#ifndef RETORT_FRAMEWORK_DATA_SEQUENCES_TEST_STORE_H_
#define RETORT_FRAMEWORK_DATA_SEQUENCES_TEST_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "framework/data/sequences/sequence_set.h"
#include "framework/data/tokens/token_store.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort::testing {

// [PAD], [UNK], [CLS], [SEP], [MASK] (0 to 4), then a to z (5 to 30).
std::unique_ptr<WordPieceTokenizer> LetterTokenizer();

// A store of these documents, none of which holds a newline. CHECK-fails on errors.
std::shared_ptr<const TokenStore> StoreOf(const std::vector<std::string>& documents, const Tokenizer& tokenizer);

// `count` documents of `tokens` letters each, all different: document d is letter (d + i²) mod 26 at place i, after
// four letters that spell d.
std::vector<std::string> LetterDocuments(int count, int tokens);

// All documents of a store as training sequences of a masked model.
std::shared_ptr<const SequenceSet> AllSequences(const std::vector<std::string>& documents, int length, int min_length);

// The same as blocks of a causal model, for which [SEP] is the end of text.
std::shared_ptr<const SequenceSet> AllBlocks(const std::vector<std::string>& documents, int length);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_DATA_SEQUENCES_TEST_STORE_H_
