#ifndef RETORT_FRAMEWORK_BASE_VERSION_H_
#define RETORT_FRAMEWORK_BASE_VERSION_H_

namespace retort {

// The version of retort that a program was built from, "0.9.0", by semantic versioning: the one that CHANGELOG.md
// begins with. Thread-safe.
const char* Version();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_VERSION_H_
