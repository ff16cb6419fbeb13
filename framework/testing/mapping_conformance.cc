#include "framework/testing/mapping_conformance.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace retort::testing {

absl::Status CheckMapping(const LayerMappingRegistry& mappings, const google::protobuf::Any& config) {
  for (const auto& [teacher, student] :
       {std::pair(12, 6), std::pair(6, 3), std::pair(4, 4), std::pair(12, 5), std::pair(3, 6)}) {
    const absl::Status status = MapLayers(mappings, config, "mapping", teacher, student).status();
    if (status.ok()) continue;  // MapLayers has checked the pairs.
    const bool explained = absl::IsInvalidArgument(status) &&
                           absl::StrContains(status.message(), absl::StrCat(teacher)) &&
                           absl::StrContains(status.message(), absl::StrCat(student));
    if (explained && !(teacher == 12 && student == 6)) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(teacher, " teacher layers and ", student, " student layers: want pairs",
                     explained ? "" : ", or an error that gives both numbers", ", got ", status.ToString()));
  }
  return absl::OkStatus();
}

}  // namespace retort::testing
