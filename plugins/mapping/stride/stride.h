#ifndef RETORT_PLUGINS_MAPPING_STRIDE_STRIDE_H_
#define RETORT_PLUGINS_MAPPING_STRIDE_STRIDE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/mapping/layer_mapping.h"
#include "plugins/mapping/stride/stride.pb.h"

namespace retort {

// g(m) = first + (m - 1) · step: strictly every `step`-th teacher layer. What "one layer out of two" (Sanh et al. 2019,
// arXiv:1910.01108, section 3) says to the letter; DistilBERT's code does what the mapping `alternate` does.
class StrideMapping final : public LayerMapper {
 public:
  // Errors: InvalidArgument for a step or first layer below 1.
  static absl::StatusOr<std::unique_ptr<LayerMapper>> Create(const StrideConfig& config,
                                                             const LayerMappingContext& context);

  StrideMapping(int first, int step) : first_(first), step_(step) {}

  absl::StatusOr<std::vector<LayerPair>> Map(int teacher_layers, int student_layers) const override;

 private:
  const int first_;
  const int step_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_MAPPING_STRIDE_STRIDE_H_
