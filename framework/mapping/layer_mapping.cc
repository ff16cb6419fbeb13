#include "framework/mapping/layer_mapping.h"

#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/status_macros.h"

namespace retort {

absl::StatusOr<std::vector<LayerPair>> MapLayers(const LayerMappingRegistry& mappings,
                                                 const google::protobuf::Any& config, const std::string& field,
                                                 int teacher_layers, int student_layers) {
  if (config.type_url().empty()) return absl::InvalidArgumentError(absl::StrCat(field, ": want a mapping, got none"));
  auto mapping = mappings.Create(config, LayerMappingContext{});
  if (!mapping.ok()) {
    return absl::Status(mapping.status().code(), absl::StrCat(field, ": ", mapping.status().message()));
  }
  auto pairs = (*mapping)->Map(teacher_layers, student_layers);
  if (!pairs.ok()) {
    return absl::Status(pairs.status().code(), absl::StrCat(field, ": ", pairs.status().message()));
  }
  std::set<int> students;
  for (const LayerPair& pair : *pairs) {
    if (pair.student < 1 || pair.student > student_layers) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": want student layers within 1..", student_layers, ", got ", pair.student));
    }
    if (pair.teacher < 1 || pair.teacher > teacher_layers) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": want teacher layers within 1..", teacher_layers, ", got ", pair.teacher));
    }
    if (!students.insert(pair.student).second) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": student layer ", pair.student, " is mapped twice"));
    }
    if (!(pair.weight > 0)) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": want weights > 0, got ", pair.weight));
    }
  }
  return pairs;
}

}  // namespace retort
