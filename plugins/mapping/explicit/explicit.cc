#include "plugins/mapping/explicit/explicit.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace retort {
namespace {

RETORT_REGISTER_LAYER_MAPPING(ExplicitMapping, ExplicitConfig);

absl::Status CheckPair(const LayerPair& pair) {
  if (pair.student < 1) {
    return absl::InvalidArgumentError(absl::StrCat("ExplicitConfig.pair.student: want >= 1, got ", pair.student));
  }
  if (pair.teacher < 1) {
    return absl::InvalidArgumentError(absl::StrCat("ExplicitConfig.pair.teacher: want >= 1, got ", pair.teacher));
  }
  if (!(pair.weight > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("ExplicitConfig.pair.weight: want > 0, got ", pair.weight));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LayerMapper>> ExplicitMapping::Create(const ExplicitConfig& config,
                                                                     const LayerMappingContext&) {
  std::vector<LayerPair> pairs;
  for (const ExplicitConfig::Pair& pair : config.pair()) {
    pairs.push_back({pair.student(), pair.teacher(), pair.has_weight() ? pair.weight() : 1});
    if (absl::Status status = CheckPair(pairs.back()); !status.ok()) return status;
  }
  if (pairs.empty()) return absl::InvalidArgumentError("ExplicitConfig.pair: want at least one pair, got none");
  std::sort(pairs.begin(), pairs.end(), [](const LayerPair& a, const LayerPair& b) { return a.student < b.student; });
  auto twice = std::adjacent_find(pairs.begin(), pairs.end(),
                                  [](const LayerPair& a, const LayerPair& b) { return a.student == b.student; });
  if (twice != pairs.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("ExplicitConfig.pair: student layer ", twice->student, " occurs twice"));
  }
  return std::make_unique<ExplicitMapping>(std::move(pairs));
}

absl::StatusOr<std::vector<LayerPair>> ExplicitMapping::Map(int teacher_layers, int student_layers) const {
  for (const LayerPair& pair : pairs_) {
    if (pair.student > student_layers || pair.teacher > teacher_layers) {
      return absl::InvalidArgumentError(absl::StrCat("explicit: student layer ", pair.student, " <- teacher layer ",
                                                     pair.teacher, " does not fit a teacher of ", teacher_layers,
                                                     " layers and a student of ", student_layers));
    }
  }
  return pairs_;
}

}  // namespace retort
