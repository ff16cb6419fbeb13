#include "plugins/mapping/stride/stride.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_LAYER_MAPPING(StrideMapping, StrideConfig);

constexpr int kDefaultFirst = 1;
constexpr int kDefaultStep = 2;

}  // namespace

absl::StatusOr<std::unique_ptr<LayerMapper>> StrideMapping::Create(const StrideConfig& config,
                                                                   const LayerMappingContext&) {
  const int first = config.has_first() ? config.first() : kDefaultFirst;
  const int step = config.has_step() ? config.step() : kDefaultStep;
  if (first < 1) return absl::InvalidArgumentError(absl::StrCat("StrideConfig.first: want >= 1, got ", first));
  if (step < 1) return absl::InvalidArgumentError(absl::StrCat("StrideConfig.step: want >= 1, got ", step));
  return std::make_unique<StrideMapping>(first, step);
}

absl::StatusOr<std::vector<LayerPair>> StrideMapping::Map(int teacher_layers, int student_layers) const {
  const int64_t last = first_ + int64_t{step_} * (student_layers - 1);
  if (last > teacher_layers) {
    return absl::InvalidArgumentError(absl::StrCat("stride: the ", student_layers, " layers of the student need ", last,
                                                   " layers of the teacher, which has ", teacher_layers));
  }
  std::vector<LayerPair> pairs;
  for (int m = 1; m <= student_layers; ++m) pairs.push_back({m, first_ + (m - 1) * step_, 1});
  return pairs;
}

}  // namespace retort
