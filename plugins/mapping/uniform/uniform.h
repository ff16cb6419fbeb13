#ifndef RETORT_PLUGINS_MAPPING_UNIFORM_UNIFORM_H_
#define RETORT_PLUGINS_MAPPING_UNIFORM_UNIFORM_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "plugins/mapping/uniform/uniform.pb.h"

namespace retort {

// g(m) = m · L_t / L_s: each student layer stands for a block of teacher layers and is matched with the block's last
// one.
//
// Source: TinyBERT (Jiao et al. 2020, arXiv:1909.10351), section 3.1; 12 -> 4 is 3, 6, 9, 12.
class UniformMapping final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const UniformConfig& config,
                                                             const LayerMappingContext& context);

  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_MAPPING_UNIFORM_UNIFORM_H_
