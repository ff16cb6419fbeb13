#ifndef RETORT_PLUGINS_MAPPING_BOTTOM_BOTTOM_H_
#define RETORT_PLUGINS_MAPPING_BOTTOM_BOTTOM_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "plugins/mapping/bottom/bottom.pb.h"

namespace retort {

// g(m) = m: the teacher's first layers.
//
// Source: TinyBERT (Jiao et al. 2020, arXiv:1909.10351), table 4; 12 -> 4 is 1, 2, 3, 4.
class BottomMapping final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const BottomConfig& config,
                                                             const LayerMappingContext& context);

  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_MAPPING_BOTTOM_BOTTOM_H_
