#include "plugins/mapping/bottom/bottom.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_LAYER_MAPPING(BottomMapping, BottomConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<LayerMapper>> BottomMapping::Create(const BottomConfig&, const LayerMappingContext&) {
  return std::make_unique<BottomMapping>();
}

absl::StatusOr<std::vector<LayerPair>> BottomMapping::Map(int teacher_layers, int student_layers) const {
  if (teacher_layers < student_layers) {
    return absl::InvalidArgumentError(absl::StrCat("bottom: want a student of at most the teacher's ", teacher_layers,
                                                   " layers, got ", student_layers));
  }
  std::vector<LayerPair> pairs;
  for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, m, 1});
  return pairs;
}

}  // namespace retort
