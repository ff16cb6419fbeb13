#ifndef RETORT_TOOLS_CONVERT_EXTRACT_H_
#define RETORT_TOOLS_CONVERT_EXTRACT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "framework/config/sweep.pb.h"
#include "framework/model/files/hugging_face.h"

namespace retort {

struct ExtractOptions {
  Architecture architecture;    // What is not said is the teacher's. "distilbert" has no token types and no pooler.
  Init init;                    // What the student's weights come from.
  bool vocab_transform = true;  // False: the head's dense layer and LayerNorm are not taken over but drawn.
  uint64_t seed = 1;            // Of what is drawn.
};

// The student that an initialisation makes of a teacher, with the teacher's tokenizer. Errors: those of
// ResolveArchitecture and of the initialisation.
absl::StatusOr<LoadedModel> ExtractStudent(const LoadedModel& teacher, ExtractOptions options);

}  // namespace retort

#endif  // RETORT_TOOLS_CONVERT_EXTRACT_H_
