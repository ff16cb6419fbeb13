#ifndef RETORT_FRAMEWORK_INIT_INITIALIZER_H_
#define RETORT_FRAMEWORK_INIT_INITIALIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/model/config/encoder_config.h"
#include "framework/model/parameter_set.h"
#include "framework/registry/registry.h"

namespace retort {

// What an initialisation is created from, beside its own configuration.
struct InitializerContext {
  const EncoderConfig& student;
  const EncoderConfig* teacher = nullptr;  // Null: there is none; a plugin that needs one is an error.
  const LayerMappingRegistry& mappings = LayerMappingRegistry::Global();
};

// What it may read when it runs.
struct InitializerInputs {
  const ParameterSet* teacher = nullptr;  // Canonical names (framework/model/parameter_set.h).
  uint64_t seed = 0;
};

// Gives a student its first weights. Immutable and thread-safe after Create, which finds all errors that follow from
// the configurations alone.
class Initializer {
 public:
  static constexpr PluginKind kPluginKind = PluginKind::kInit;
  virtual ~Initializer() = default;

  // Paths of the files that Initialize reads: what they hold is part of the address of the result.
  virtual std::vector<std::string> files() const { return {}; }

  // Sets every parameter of the student (float32, on the host). Errors: InvalidArgument on a mismatch of shapes, naming
  // the parameter and both shapes (never a crop); what reading files gives.
  virtual absl::Status Initialize(const InitializerInputs& inputs, ParameterSet* student) const = 0;
};

// Draws all parameters: weights from N(0, range²), biases and norm shifts 0, norm scales 1 (Devlin et al. 2019;
// Hugging Face's _init_weights). A draw is a function of (seed, name of the parameter, element). The row of the padding
// piece in "embeddings.word" is 0, as in Hugging Face's nn.Embedding(padding_idx).
void InitializeRandomNormal(uint64_t seed, double range, int64_t pad_token_id, ParameterSet* parameters);

using InitializerRegistry = Registry<Initializer, InitializerContext>;

}  // namespace retort

#define RETORT_REGISTER_INITIALIZER(Plugin, Config)                                                                 \
  [[maybe_unused]] const ::retort::PluginRegistration<::retort::InitializerRegistry, ::retort::Initializer, Plugin, \
                                                      Config>                                                       \
      k##Plugin##Registration

#endif  // RETORT_FRAMEWORK_INIT_INITIALIZER_H_
