#ifndef RETORT_FRAMEWORK_MODEL_FAMILY_FAMILY_H_
#define RETORT_FRAMEWORK_MODEL_FAMILY_FAMILY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/model/config/encoder_config.h"
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

// What students of a family have where neither their experiment nor a teacher says. The defaults are BERT-base's
// (Devlin et al. 2019, section 3).
struct StudentDefaults {
  int64_t max_positions = 512;
  bool token_types = true;  // False: files of the family have no place for them.
  bool pooler = true;       // The same.
  double layer_norm_epsilon = 1e-12;
};

struct ModelFamily {
  std::string name;           // model_type of config.json.
  std::string encoder_class;  // transformers' class without a head, as in architectures of config.json ...
  std::map<HeadKind, std::string> head_classes;             // ... those with a head ...
  std::map<std::string, std::set<HeadKind>> joint_classes;  // ... and those with several.

  // The family as it stores models whose classes are NextSentenceClasses(), where it has a head of its own for them.
  // Null: as any other classes.
  const ModelFamily* next_sentence = nullptr;

  Activation activation = Activation::kGelu;  // Of the layers, where nothing says.
  StudentDefaults student;
  // The families of a teacher's students that name none: the first whose files can hold them. Empty: the teacher's.
  std::vector<std::string> student_families;

  // Sets what is the same in all models of the family, of a configuration that has layers. pad_token_id is set before.
  void (*fix)(EncoderConfig* config);
  // The head that the family's class of this kind has, on such a configuration.
  HeadSpec (*head)(HeadKind kind, const EncoderConfig& config);
  // Sets what config.json says of the encoder; `fix` and heads come after.
  void (*read_config)(ConfigReader* reader, EncoderConfig* config);
  // Adds the family's options; those that all families share, and those of heads, are written elsewhere.
  void (*write_config)(const EncoderConfig& config, ConfigJson* json);
  std::map<HeadKind, std::string> dropout_options;  // Options of config.json that say a head's dropout.

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
  std::vector<std::string> ignored;  // Endings of stored buffers.

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

// How the family stores a model with the configuration's heads: `family` or its next_sentence.
const ModelFamily& FamilyFor(const ModelFamily& family, const EncoderConfig& config);

// "\"bert\", \"distilbert\" ...", for messages.
std::string QuotedFamilies();

// InvalidArgument if a student does not read in the direction that `reader` ("data: masked_lm") wants. `remedy` ends
// the message.
absl::Status CheckDirection(bool causal, const EncoderConfig& student, absl::string_view reader,
                            absl::string_view remedy = "");

// InvalidArgument naming the field, and a family that has a place for it if there is one, if files of config.family
// cannot hold such a model.
absl::Status CheckFamily(const EncoderConfig& config);

// The family's head of the kind of `head`, with what models of the family differ in taken from `head`: whether the
// decoder is tied, the dropout, the names of the classes.
HeadSpec FitHead(const ModelFamily& family, const EncoderConfig& config, const HeadSpec& head);

// How files of the family store the parameters of EncoderParameterSpecs(config); `canonical` are their names.
// CHECK-fails for a parameter that the family has no place for.
std::vector<StoredTensor> Layout(const ModelFamily& family, const std::vector<std::string>& canonical);

// The name of a stored tensor as Layout gives it: adds the prefix where a bare encoder was stored, and turns
// LayerNorm's old names (gamma, beta) into today's.
std::string NormalizeStoredName(const ModelFamily& family, const std::string& stored);

// The stored tensor that one (normalised) only repeats in a model with these heads; empty for all others.
std::string CopyOf(const ModelFamily& family, const EncoderConfig& config, const std::string& name);

// The stored tensors, weights and biases, that modules and parameters whose canonical names begin with `prefix` have.
std::vector<std::string> StoredNamesOf(const ModelFamily& family, const std::string& prefix);

// Sets what all families have in the same way but MobileBERT's: no bottlenecks, one feed-forward network in a layer,
// LayerNorms with one epsilon, word embeddings as wide as the encoder.
void FixWithoutBottlenecks(EncoderConfig* config);

// Adds where the parts of a head of CLASSES, and of SCORE, are stored: the output, and the dense layer if it has one.
void AddLabelModules(const std::string& output, const std::string& transform, ModelFamily* family);

// Whether a stored tensor (normalised) is knowingly left out: buffers, which hold no parameters.
bool IsIgnored(const ModelFamily& family, const std::string& name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_MODEL_FAMILY_FAMILY_H_
