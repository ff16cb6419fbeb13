#include "framework/base/command_line/commit.h"

#include "absl/strings/str_cat.h"
#include "framework/base/version.h"

namespace retort {

extern const char kStampedRevision[];  // Of stamp.cc.

std::string Commit() {
  const std::string revision = kStampedRevision;
  return revision == "0" ? "" : revision;  // What Bazel writes without --stamp.
}

std::string VersionText() {
  const std::string commit = Commit();
  return absl::StrCat("retort ", Version(), ", commit ", commit.empty() ? "not known to this build" : commit);
}

}  // namespace retort
