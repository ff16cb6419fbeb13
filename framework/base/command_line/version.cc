#include "framework/base/command_line/version.h"

#include "absl/strings/str_cat.h"

namespace retort {
namespace {

constexpr char kVersion[] = "0.1.0";

}  // namespace

extern const char kStampedRevision[];  // Of stamp.cc.

std::string Commit() {
  const std::string revision = kStampedRevision;
  return revision == "0" ? "" : revision;  // What Bazel writes without --stamp.
}

std::string VersionText() {
  const std::string commit = Commit();
  return absl::StrCat("retort ", kVersion, ", commit ", commit.empty() ? "not known to this build" : commit);
}

}  // namespace retort
