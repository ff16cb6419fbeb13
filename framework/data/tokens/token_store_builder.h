#ifndef RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_BUILDER_H_
#define RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/data/corpus/corpus.h"
#include "framework/data/tokens/token_store.h"
#include "framework/text/tokenizer.h"

namespace retort {

// Tokenizes the corpus on `threads` threads (at least 1) into a token store at
// `path`, whose folder has to exist. The bytes written do not depend on
// `threads`. The file is there whole or not at all. Errors: those of
// CorpusReader; a corpus without documents; a full disk.
//
// `line_end`: an id that is put behind the ids of each line of a document,
// where it has some, each line being tokenized by itself; kNoId: documents are
// tokenized whole.
absl::Status BuildTokenStore(const CorpusSpec& corpus, const Tokenizer& tokenizer, int threads, const std::string& path,
                             int32_t line_end = kNoId);

// The corpus's store in the folder `cache`, built if it is not there yet. Its
// name follows from the files' contents and order, what a document is in each,
// the tokenizer and `line_end`, so it is shared by all who read the same. A damaged store
// is built again. Makes the folder. Files are hashed as streams, and what is
// read is hashed again. Errors: as above; Aborted if a file changed in between.
absl::StatusOr<std::unique_ptr<TokenStore>> BuildOrOpenTokenStore(const CorpusSpec& corpus, const Tokenizer& tokenizer,
                                                                  int threads, const std::string& cache,
                                                                  int32_t line_end = kNoId);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_BUILDER_H_
