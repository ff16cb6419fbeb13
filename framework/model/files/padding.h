#ifndef RETORT_FRAMEWORK_MODEL_FILES_PADDING_H_
#define RETORT_FRAMEWORK_MODEL_FILES_PADDING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/model/files/hugging_face.h"
#include "framework/text/tokenizer.h"

// Many models have more rows of word embeddings than their tokenizer has pieces: multiples of 64 are faster. No text
// reads these rows, and their logits stand for nothing.

namespace retort {

// Leaves out the rows beyond the tokenizer's pieces, of the word embeddings and of the decoder, so that probabilities
// are those of the pieces; model->padding_rows counts them. Nothing is done for a model without such rows. Errors:
// InvalidArgument for a model that is none without them.
absl::Status DropPaddingRows(const Tokenizer& tokenizer, LoadedModel* model);

// LoadModel without the rows beyond the pieces of the folder's own tokenizer. All rows stay where there is no tokenizer
// that can be read. Errors: those of LoadModel and DropPaddingRows.
absl::StatusOr<LoadedModel> LoadModelWithoutPadding(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_PADDING_H_
