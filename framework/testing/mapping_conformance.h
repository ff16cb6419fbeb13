#ifndef RETORT_FRAMEWORK_TESTING_MAPPING_CONFORMANCE_H_
#define RETORT_FRAMEWORK_TESTING_MAPPING_CONFORMANCE_H_

#include "absl/status/status.h"
#include "framework/mapping/layer_mapping.h"
#include "google/protobuf/any.pb.h"

namespace retort::testing {

// What every mapping keeps: it gives pairs within both models for 12 teacher and 6 student layers, and for other
// numbers too, or an InvalidArgument that gives both numbers.
//
// Returns: OK, or FailedPrecondition that says for which numbers it broke.
absl::Status CheckMapping(const LayerMappingRegistry& mappings, const google::protobuf::Any& config);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_MAPPING_CONFORMANCE_H_
