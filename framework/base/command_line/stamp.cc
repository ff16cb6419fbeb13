// Compiled by Bazel when a program is linked, with what the workspace's status is then (linkstamp in BUILD).

#ifndef BUILD_SCM_REVISION
#define BUILD_SCM_REVISION ""
#endif
#ifndef BUILD_SCM_STATUS
#define BUILD_SCM_STATUS ""
#endif

namespace retort {

extern const char kStampedRevision[];
extern const char kStampedStatus[];
const char kStampedRevision[] = BUILD_SCM_REVISION;
const char kStampedStatus[] = BUILD_SCM_STATUS;

}  // namespace retort
