#ifndef RETORT_FRAMEWORK_CONFIG_FROZEN_H_
#define RETORT_FRAMEWORK_CONFIG_FROZEN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace retort {

// The word of Stage.freeze that freezes no parameter, but padding's embedding against gradients from positions.
inline constexpr char kPaddingEmbedding[] = "padding_embedding";

// What Stage.freeze may hold, for messages.
inline constexpr char kFreezeWords[] =
    "position_embeddings, token_type_embeddings, word_embeddings, padding_embedding, embeddings, or layers such as "
    "layers.2 or layers.1-3";

// How the canonical names of the parameters begin that a word of Stage.freeze stands for; a student has some for each:
// "word_embeddings" -> "embeddings.word", "embeddings" -> "embeddings.", "layers.2-3" -> "layer.2." and "layer.3.",
// "padding_embedding" -> "embeddings.word". Empty for a word that is none. Pure function.
std::vector<std::string> FrozenPrefixes(absl::string_view word);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_FROZEN_H_
