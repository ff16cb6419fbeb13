#ifndef RETORT_FRAMEWORK_SWEEP_STUDENT_TASK_HEAD_H_
#define RETORT_FRAMEWORK_SWEEP_STUDENT_TASK_HEAD_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

// The model with its family's heads for labels of these kinds in place of the heads that it has, and with a pooler
// where one of them reads it. A head of these kinds that is there stays as it is; its classes, where they are the same
// by name, get the order of `classes`, and a head with other classes is replaced.
//
// Args: kinds: at least one; classes: of kClasses, in the order of the labels.
// Errors: InvalidArgument, "student: ...", if files of the family have no place for such a head.
absl::StatusOr<EncoderConfig> WithTaskHeads(EncoderConfig config, const std::set<HeadKind>& kinds,
                                            const std::vector<std::string>& classes);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STUDENT_TASK_HEAD_H_
