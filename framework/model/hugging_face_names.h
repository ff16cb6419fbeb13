#ifndef RETORT_FRAMEWORK_MODEL_HUGGING_FACE_NAMES_H_
#define RETORT_FRAMEWORK_MODEL_HUGGING_FACE_NAMES_H_

#include <string>

#include "framework/model/encoder_config.h"

namespace retort {

// The tensor that Hugging Face's masked-LM model of the family stores a parameter in: "layer.1.attention.query.weight"
// is "bert.encoder.layer.0.attention.self.query.weight" in bert. CHECK-fails for a name that no encoder has.
std::string HuggingFaceName(const std::string& family, const std::string& canonical);

// The name of a stored tensor as HuggingFaceName gives it: adds the family's prefix where a bare encoder was stored,
// and turns LayerNorm's old names into today's.
std::string NormalizeHuggingFaceName(const std::string& family, const std::string& stored);

// The tensor that a stored one (normalised) only repeats, as the decoder's matrix does the word embeddings; empty for
// all others.
std::string TiedTo(const std::string& family, const std::string& name);

// Whether a stored tensor (normalised) is knowingly left out: position id buffers, the next-sentence head.
bool IsIgnoredTensor(const std::string& name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_HUGGING_FACE_NAMES_H_
