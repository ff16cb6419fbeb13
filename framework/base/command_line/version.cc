#include "framework/base/command_line/version.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace retort {
namespace {

constexpr char kVersion[] = "0.1.0";
constexpr size_t kShownDigits = 12;

}  // namespace

// Of stamp.cc.
extern const char kStampedRevision[];
extern const char kStampedStatus[];

std::string Commit() {
  const absl::string_view revision = kStampedRevision;
  if (revision.size() < kShownDigits) return "";
  return absl::StrCat(revision.substr(0, kShownDigits),
                      absl::string_view(kStampedStatus) == "Modified" ? "-modified" : "");
}

std::string VersionText() {
  const std::string commit = Commit();
  return absl::StrCat("retort ", kVersion, ", commit ", commit.empty() ? "not known to this build" : commit);
}

}  // namespace retort
