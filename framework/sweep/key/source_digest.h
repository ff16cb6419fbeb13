#ifndef RETORT_FRAMEWORK_SWEEP_KEY_SOURCE_DIGEST_H_
#define RETORT_FRAMEWORK_SWEEP_KEY_SOURCE_DIGEST_H_

namespace retort {

// SHA-256 of the sources that results depend on, without plugins (which have digests of their own), sweeps and reports.
// Made by the build.
extern const char kSourceDigest[];

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_KEY_SOURCE_DIGEST_H_
