#ifndef RETORT_PLUGINS_MAPPING_EXPLICIT_EXPLICIT_H_
#define RETORT_PLUGINS_MAPPING_EXPLICIT_EXPLICIT_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "plugins/mapping/explicit/explicit.pb.h"

namespace retort {

// The pairs that the configuration lists, in ascending order of the student layer.
class ExplicitMapping final : public LayerMapper {
 public:
  // Errors: InvalidArgument without pairs, for layers below 1, a student layer that occurs twice or a weight that is
  // not > 0.
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const ExplicitConfig& config,
                                                             const LayerMappingContext& context);

  explicit ExplicitMapping(std::vector<LayerPair> pairs) : pairs_(std::move(pairs)) {}

  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override;

 private:
  const std::vector<LayerPair> pairs_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_MAPPING_EXPLICIT_EXPLICIT_H_
