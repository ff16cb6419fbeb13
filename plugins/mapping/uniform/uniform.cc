#include "plugins/mapping/uniform/uniform.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_LAYER_MAPPING(UniformMapping, UniformConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<LayerMapper>> UniformMapping::Create(const UniformConfig&, const LayerMappingContext&) {
  return std::make_unique<UniformMapping>();
}

absl::StatusOr<std::vector<LayerPair>> UniformMapping::Map(int teacher_layers, int student_layers) const {
  if (teacher_layers % student_layers != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("uniform: want a number of student layers that divides the teacher's ", teacher_layers, ", got ",
                     student_layers));
  }
  std::vector<LayerPair> pairs;
  for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, m * (teacher_layers / student_layers), 1});
  return pairs;
}

}  // namespace retort
