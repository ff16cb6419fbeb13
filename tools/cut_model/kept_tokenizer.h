#ifndef RETORT_TOOLS_CUT_MODEL_KEPT_TOKENIZER_H_
#define RETORT_TOOLS_CUT_MODEL_KEPT_TOKENIZER_H_

#include <string>

#include "absl/status/statusor.h"
#include "framework/text/files/tokenizer_files.h"

namespace retort {

// The tokenizer of a cut model: the options of the whole one's files, and `pieces`, the text of a vocab.txt. Options of
// a tokenizer.json, which names ids and so is left out, go into tokenizer_config.json: they decide where the two
// differ.
//
// Errors, that begin with `folder`, the whole model's: InvalidArgument for files without a vocab.txt, for one that is
// not JSON, and for options of a tokenizer.json that a vocab.txt cannot have.
absl::StatusOr<TokenizerFiles> TokenizerOfKeptPieces(const TokenizerFiles& files, const std::string& pieces,
                                                     const std::string& folder);

}  // namespace retort

#endif  // RETORT_TOOLS_CUT_MODEL_KEPT_TOKENIZER_H_
