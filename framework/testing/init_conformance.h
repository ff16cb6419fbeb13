#ifndef RETORT_FRAMEWORK_TESTING_INIT_CONFORMANCE_H_
#define RETORT_FRAMEWORK_TESTING_INIT_CONFORMANCE_H_

#include "absl/status/status.h"
#include "framework/init/initializer.h"
#include "framework/model/config/encoder_config.h"

namespace retort::testing {

// What every initialisation keeps: it sets every parameter of the student (with a vocabulary head) to a finite number,
// as a function of the seed alone. The teacher is random, with a vocabulary head too.
//
// Returns: OK, or FailedPrecondition that names the parameter; what Initialize gives.
absl::Status CheckInitializer(const Initializer& initializer, const EncoderConfig& student,
                              const EncoderConfig& teacher);

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_TESTING_INIT_CONFORMANCE_H_
