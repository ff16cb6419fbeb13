// Compiled by Bazel when a program is linked, with what the workspace's status is then (linkstamp in BUILD).

#ifndef BUILD_SCM_REVISION
#define BUILD_SCM_REVISION ""
#endif

namespace retort {

extern const char kStampedRevision[];
const char kStampedRevision[] = BUILD_SCM_REVISION;

}  // namespace retort
