#ifndef RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_BUILDER_H_
#define RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_BUILDER_H_

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
absl::Status BuildTokenStore(const CorpusSpec& corpus, const Tokenizer& tokenizer, int threads,
                             const std::string& path);

// The corpus's store in the folder `cache`, built if it is not there yet. Its
// name follows from the files' contents and order, what a document is in each,
// and the tokenizer, so it is shared by all who read the same. A damaged store
// is built again. Makes the folder. Files are hashed as streams, and what is
// read is hashed again. Errors: as above; Aborted if a file changed in between.
absl::StatusOr<std::unique_ptr<TokenStore>> BuildOrOpenTokenStore(const CorpusSpec& corpus, const Tokenizer& tokenizer,
                                                                  int threads, const std::string& cache);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_DATA_TOKENS_TOKEN_STORE_BUILDER_H_
