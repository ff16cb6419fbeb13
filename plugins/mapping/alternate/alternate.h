#ifndef RETORT_PLUGINS_MAPPING_ALTERNATE_ALTERNATE_H_
#define RETORT_PLUGINS_MAPPING_ALTERNATE_ALTERNATE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "plugins/mapping/alternate/alternate.pb.h"

namespace retort {

// Layers spread over the whole teacher, the first and the last included.
//
// Source: DistilBERT (Sanh et al. 2019, arXiv:1910.01108, section 3) takes "one layer out of two"; its code copies 1,
// 3, 5, 8, 10, 12 of 12. That choice, and the same authors' tables for teachers of 6, 12 and 16 layers, are used as
// published. Other depths are spaced evenly: g(m) = 1 + (m - 1)(L_t - 1) / (L_s - 1) rounded, halves upwards; one layer
// is layer 1.
class AlternateMapping final : public LayerMapper {
 public:
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const AlternateConfig& config,
                                                             const LayerMappingContext& context);

  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_MAPPING_ALTERNATE_ALTERNATE_H_
