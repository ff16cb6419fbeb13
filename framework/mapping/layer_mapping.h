#ifndef RETORT_FRAMEWORK_MAPPING_LAYER_MAPPING_H_
#define RETORT_FRAMEWORK_MAPPING_LAYER_MAPPING_H_

#include <vector>

#include "absl/status/statusor.h"
#include "framework/registry/registry.h"

namespace retort {

// A student layer, the teacher layer it is matched with (or copied from), and the weight of the pair.
struct LayerPair {
  int student = 0;  // 1..L_s
  int teacher = 0;  // 1..L_t
  double weight = 1;

  friend bool operator==(const LayerPair& a, const LayerPair& b) {
    return a.student == b.student && a.teacher == b.teacher && a.weight == b.weight;
  }
};

// Says which teacher layer each student layer is matched with. The mapping that initialises a student and the mapping
// that a loss matches by are separate settings. Immutable and thread-safe after Create.
class LayerMapper {
 public:
  static constexpr PluginKind kPluginKind = PluginKind::kMapping;
  virtual ~LayerMapper() = default;

  // Pairs in ascending order of the student layer. A term that matches embeddings adds the pair (0, 0) itself.
  // Errors: InvalidArgument if the mapping does not fit these numbers of layers; the message gives both.
  virtual absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const = 0;
};

// A mapping is made from its configuration alone.
struct LayerMappingContext {};

using LayerMappingRegistry = Registry<LayerMapper, LayerMappingContext>;

// The pairs of the mapping that `config` (the Any in a retort.LayerMapping) chooses, checked: student layers within
// 1..L_s and distinct, teacher layers within 1..L_t, weights positive. `field` names the place in messages:
// "hidden_mse.mapping". An Any that holds nothing is an error too: a mapping is wanted.
absl::StatusOr<std::vector<LayerPair>> MapLayers(const LayerMappingRegistry& mappings,
                                                 const google::protobuf::Any& config, const std::string& field,
                                                 int teacher_layers, int student_layers);

}  // namespace retort

#define RETORT_REGISTER_LAYER_MAPPING(Plugin, Config)                                                                \
  [[maybe_unused]] const ::retort::PluginRegistration<::retort::LayerMappingRegistry, ::retort::LayerMapper, Plugin, \
                                                      Config>                                                        \
      k##Plugin##Registration

#endif  // RETORT_FRAMEWORK_MAPPING_LAYER_MAPPING_H_
