#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_FAMILY_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_FAMILY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "framework/model/encoder_config.h"
#include "framework/model/family/config_reader.h"
#include "nlohmann/json.hpp"

// A family of models: how Hugging Face's files of it are read and written. What it computes differently from the others
// is said by fields of EncoderConfig, which read_config sets. A family is a folder here and a line in Families().

namespace retort {

// A module (dense layer, LayerNorm or embedding) of a family's files, without ".weight" or ".bias".
struct ModuleName {
  std::string stored;
  std::vector<std::string> parts;  // Canonical names; several lie one after another along the outputs.
  bool transposed = false;         // The matrix is stored [in, out].
};

struct ModelFamily {
  std::string name;           // model_type of config.json.
  std::string encoder_class;  // architectures of config.json, without a language-model head ...
  std::string head_class;     // ... and with one.

  // Sets what the family computes differently from BERT. pad_token_id is set before.
  void (*set_up)(EncoderConfig* config);
  // Sets what config.json says, and what set_up does.
  void (*read_config)(ConfigReader* reader, EncoderConfig* config);
  // Adds the family's options; those that all families share are written already.
  void (*write_config)(const EncoderConfig& config, ConfigJson* json);
  // InvalidArgument naming the field if files of this family cannot hold such a model.
  absl::Status (*check)(const EncoderConfig& config);

  std::string prefix;                         // Of the encoder's names: "bert.".
  std::vector<std::string> bare;              // How its names begin where only the encoder was stored, without prefix.
  std::string layers;                         // What stands before a layer's number.
  std::vector<ModuleName> layer;              // Modules of a layer.
  std::vector<ModuleName> others;             // All other modules.
  std::map<std::string, std::string> single;  // Canonical to stored: whole tensors that belong to no module.
  std::string decoder;                        // Stored decoder matrix; where it is tied, a copy of the word embeddings.

  // The decoder's bias has a second name. Where the decoder is tied, the two are one; where it is not, transformers 5
  // reads the second alone and older versions the first, so that both are written.
  std::string second_bias;
  std::vector<std::string> ignored;  // Endings of stored tensors that are knowingly left out.

  // transformers wants a token-type embedding even where the model has none: one of zeros is written, and left out
  // again when read.
  bool nominal_token_types = false;
};

// A tensor of a model's files: its parts concatenated along the first dimension, then transposed.
struct StoredTensor {
  std::string name;
  std::vector<std::string> parts;  // Canonical names of parameters.
  bool transposed = false;
};

// All families, by name.
const std::map<std::string, const ModelFamily*>& Families();

// Null for an unknown name.
const ModelFamily* FindFamily(const std::string& name);

// "\"bert\", \"distilbert\" ...", for messages.
std::string QuotedFamilies();

// InvalidArgument naming the field if files of config.family cannot hold such a model.
absl::Status CheckFamily(const EncoderConfig& config);

// How files of the family store the parameters of EncoderParameterSpecs(config); `canonical` are their names.
// CHECK-fails for a parameter that the family has no place for.
std::vector<StoredTensor> Layout(const ModelFamily& family, const std::vector<std::string>& canonical);

// The name of a stored tensor as Layout gives it: adds the prefix where a bare encoder was stored, and turns
// LayerNorm's old names (gamma, beta) into today's.
std::string NormalizeStoredName(const ModelFamily& family, const std::string& stored);

// The stored tensor that one (normalised) only repeats in a model of this kind; empty for all others.
std::string CopyOf(const ModelFamily& family, const EncoderConfig& config, const std::string& name);

// The stored tensors, weights and biases, that modules and parameters whose canonical names begin with `prefix` have.
std::vector<std::string> StoredNamesOf(const ModelFamily& family, const std::string& prefix);

// For ModelFamily::check: InvalidArgument "causal: bert wants false, got true" if the two differ.
absl::Status WantField(const char* field, const std::string& family, const nlohmann::json& wanted,
                       const nlohmann::json& got);
absl::Status WantHeadActivation(const EncoderConfig& config, Activation wanted);

// Whether a stored tensor (normalised) is knowingly left out: position id buffers, the next-sentence head.
bool IsIgnored(const ModelFamily& family, const std::string& name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_FAMILY_H_
