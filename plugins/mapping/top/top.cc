#include "plugins/mapping/top/top.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_LAYER_MAPPING(TopMapping, TopConfig);

}  // namespace

absl::StatusOr<std::unique_ptr<LayerMapper>> TopMapping::Create(const TopConfig&, const LayerMappingContext&) {
  return std::make_unique<TopMapping>();
}

absl::StatusOr<std::vector<LayerPair>> TopMapping::Map(int teacher_layers, int student_layers) const {
  if (teacher_layers < student_layers) {
    return absl::InvalidArgumentError(
        absl::StrCat("top: want a student of at most the teacher's ", teacher_layers, " layers, got ", student_layers));
  }
  std::vector<LayerPair> pairs;
  for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, m + teacher_layers - student_layers, 1});
  return pairs;
}

}  // namespace retort
