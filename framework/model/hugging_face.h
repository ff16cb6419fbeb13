#ifndef RETORT_FRAMEWORK_MODEL_HUGGING_FACE_H_
#define RETORT_FRAMEWORK_MODEL_HUGGING_FACE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "c10/core/ScalarType.h"
#include "framework/model/encoder_config.h"
#include "framework/model/parameter_set.h"

// Model folders in the layout of Hugging Face's transformers: config.json, model.safetensors, vocab.txt. Families:
// framework/model/family.

namespace retort {

// A model that was read: float32, on the host. config.language_model_head says whether the file
// holds one; a head without parameters of its own is always there.
struct LoadedModel {
  EncoderConfig config;
  ParameterSet parameters;
  std::string vocabulary_path;  // vocab.txt in the folder; empty if there is none.
  bool lower_case = true;       // do_lower_case of tokenizer_config.json; true if it does not say.
};

// do_lower_case of a folder's tokenizer_config.json; true if there is none or it does not say.
bool LowerCases(const std::string& folder);

// Reads a model folder. Tensor names with and without the prefix of their family (`bert.`), old names of LayerNorm's
// parameters (gamma, beta) and decoders that are stored although tied are understood; buffers of position ids and the
// next-sentence head are skipped. Nothing is allocated for a model before all names, types and shapes are checked.
//
// Errors, with the path: NotFound for a missing file; DataLoss for damaged ones and for weights that are not finite;
// InvalidArgument for an option of config.json that is not supported (named, with its value), a tensor that is missing,
// not known, or of another shape or type, or a decoder that is not tied. A folder with pytorch_model.bin alone, or with
// weights in several files, is refused with the way to convert it.
absl::StatusOr<LoadedModel> LoadModel(const std::string& folder);

// Writes a model folder for transformers' from_pretrained: for the family's class with a language-model head, or its
// bare model without one. Makes the folder. Each file is put in place atomically, config.json last.
//
// transformers loads it without complaints, but for two things that its classes have no place for: BertForMaskedLM
// calls a pooler unexpected, and BertModel a missing pooler missing. A `bert` without token types is written with one
// whose embedding is 0, which computes the same; LoadModel leaves it out again.
//
// Args: parameters: those of EncoderParameterSpecs(config); vocabulary: contents of vocab.txt, empty for none;
// dtype: float32, float16 or bfloat16; lower_case: whether the tokenizer lower-cases. Errors: those of the file system,
// with the path; InvalidArgument, naming the parameter, for values that are not finite in `dtype`.
absl::Status SaveModel(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters,
                       absl::string_view vocabulary, c10::ScalarType dtype, bool lower_case = true);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_HUGGING_FACE_H_
