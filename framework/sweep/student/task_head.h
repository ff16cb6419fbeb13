#ifndef RETORT_FRAMEWORK_SWEEP_STUDENT_TASK_HEAD_H_
#define RETORT_FRAMEWORK_SWEEP_STUDENT_TASK_HEAD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

// The model with its family's head for labels of this kind in place of the heads that it has, and with a pooler where
// that head reads one. A head of this kind that is there stays as it is; its classes, where they are the same by name,
// get the order of `classes`, and a head with other classes is replaced.
//
// Args: kind: not kVocabulary; classes: of kClasses, in the order of the labels.
// Errors: InvalidArgument, "student: ...", if files of the family have no place for such a head.
absl::StatusOr<EncoderConfig> WithTaskHead(EncoderConfig config, HeadKind kind,
                                           const std::vector<std::string>& classes);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STUDENT_TASK_HEAD_H_
