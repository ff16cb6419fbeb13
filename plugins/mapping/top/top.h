#ifndef RETORT_PLUGINS_MAPPING_TOP_TOP_H_
#define RETORT_PLUGINS_MAPPING_TOP_TOP_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "plugins/mapping/top/top.pb.h"

namespace retort {

// g(m) = m + L_t - L_s: the teacher's last layers.
//
// Source: TinyBERT (Jiao et al. 2020, arXiv:1909.10351), table 4; 12 -> 4 is 9, 10, 11, 12.
class TopMapping final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const TopConfig& config,
                                                             const LayerMappingContext& context);

  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_MAPPING_TOP_TOP_H_
