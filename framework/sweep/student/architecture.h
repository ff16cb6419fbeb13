#ifndef RETORT_FRAMEWORK_SWEEP_STUDENT_ARCHITECTURE_H_
#define RETORT_FRAMEWORK_SWEEP_STUDENT_ARCHITECTURE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

// The student's encoder: what `architecture` says, and for the rest what the teacher has, its language-model head or
// none included (without a teacher, FillDefaults has made `architecture` complete, and what the family computes
// differently is the family's). A student narrower or wider than its teacher has an intermediate size of four times its
// width, unless it says another. A student that names no family is of the first of ModelFamily.student_families, its
// teacher's, whose files can hold it; one that names another family than its teacher's computes as that family does.
//
// Args: vocabulary_size: of the student's vocabulary; teacher: may be null.
// Errors: InvalidArgument, "student.architecture.<field>: want ..., got ...".
absl::StatusOr<EncoderConfig> ResolveArchitecture(const Architecture& architecture, int64_t vocabulary_size,
                                                  int64_t pad_token_id, const EncoderConfig* teacher);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_STUDENT_ARCHITECTURE_H_
