#ifndef RETORT_FRAMEWORK_MODEL_FILES_HUGGING_FACE_H_
#define RETORT_FRAMEWORK_MODEL_FILES_HUGGING_FACE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "c10/core/ScalarType.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"
#include "framework/text/files/tokenizer_files.h"
#include "framework/text/tokenizer.h"

// Model folders in the layout of Hugging Face's transformers: config.json, model.safetensors, and the tokenizer's files
// (framework/text/files/tokenizer_files.h). Families: framework/model/family.

namespace retort {

// That the folder has a config.json of a known family, and weights, whose values are not read. Errors: some of
// LoadModel's.
absl::Status CheckModelFolder(const std::string& folder);

// A model that was read: float32, on the host. config.heads are the heads that the files hold; one without parameters
// of its own is always there.
struct LoadedModel {
  EncoderConfig config;
  ParameterSet parameters;
  c10::ScalarType stored_dtype = at::kFloat;  // Of the word embeddings in the file; float32 for float64.
  std::string tokenizer_path;                 // What FindTokenizerFile gives for the folder; empty if there is none.
  std::vector<std::string> architectures;     // The classes that config.json names; empty: none.
  std::vector<std::string> left_aside;        // Modules beside the encoder that belong to none of these heads.
  int64_t padding_rows = 0;                   // Rows that DropPaddingRows (framework/model/files/padding.h) left out.
};

// Reads a model folder. Tensor names with and without the prefix of their family (`bert.`), old names of LayerNorm's
// parameters (gamma, beta) and decoders that are stored although tied are understood; buffers are skipped. A head is
// read if config.json's architectures names a class that has it and some of its tensors are there, or if it names no
// class and all are; what else lies outside of the encoder is left aside. BERT's next-sentence head is one of classes
// where a class that has it is named (BertForPreTraining, BertForNextSentencePrediction), else it is left aside.
// Nothing is allocated for a model before all names, types and shapes are checked.
//
// Errors, with the path: those of WeightFiles; NotFound for a missing file, with the way to get it where it is known
// (framework/model/files/unread/unread_model.h); DataLoss for weights that are not finite;
// InvalidArgument for an option of config.json that is not supported (named, with its value), a tensor that is missing,
// of another shape or type, or of the encoder and not known, or a decoder that is not tied.
absl::StatusOr<LoadedModel> LoadModel(const std::string& folder);

// The tokenizer of the model in the folder. Errors: those of LoadTokenizer; InvalidArgument for one of more pieces than
// the model has embeddings for. Fewer are no error: some models' embeddings are padded.
absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizerOf(const EncoderConfig& config, const std::string& folder);

struct SaveOptions {
  c10::ScalarType dtype = at::kFloat;  // float32, float16 or bfloat16.
  uint64_t max_file_bytes = 0;         // More weights are cut into several files; 0: one file.
  bool tokenizer_as_it_is = false;     // Its files are put in place byte for byte, instead of CompleteTokenizerFiles.
};

// Writes a model folder for transformers' from_pretrained: for the family's classes with the model's heads, or its
// bare model without any. Makes the folder. Each file is put in place atomically, config.json last, and none before all
// values and files are checked.
//
// transformers loads it without complaints, but for what its classes have no place for: BertForMaskedLM calls a pooler
// unexpected, every class the heads of others, and BertModel calls a missing pooler missing. A `bert` without token
// types is written with one whose embedding is 0, which computes the same; LoadModel leaves it out again.
//
// Args: parameters: those of EncoderParameterSpecs(config); tokenizer: written by WriteTokenizerFiles, empty for
// none. Errors: those of the file system, with the path; those of CompleteTokenizerFiles; InvalidArgument, naming the
// parameter, for values that are not finite in `dtype`, or the field that the family's files have no place for.
absl::Status SaveModel(const std::string& folder, const EncoderConfig& config, const ParameterSet& parameters,
                       const TokenizerFiles& tokenizer, const SaveOptions& options = {});

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FILES_HUGGING_FACE_H_
