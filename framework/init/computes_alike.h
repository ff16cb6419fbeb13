#ifndef RETORT_FRAMEWORK_INIT_COMPUTES_ALIKE_H_
#define RETORT_FRAMEWORK_INIT_COMPUTES_ALIKE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "framework/model/config/encoder_config.h"

namespace retort {

// InvalidArgument naming both families unless parameters of `source` mean the same in `student`: layers of the same
// kind whatever their sizes, the same row for the first position, the same norms before and after the layers.
// `reader`, the initialisation that copies them, begins the message. REQUIRES: both have layers.
absl::Status CheckComputesAlike(const EncoderConfig& student, const EncoderConfig& source, absl::string_view reader);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_INIT_COMPUTES_ALIKE_H_
