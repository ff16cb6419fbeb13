#include "tools/plugin_pages/page_folder.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/file.h"
#include "framework/base/paths/folder.h"
#include "framework/base/status_macros.h"

namespace retort {
namespace {

// The paths of the pages that a folder holds; none if there is no folder.
absl::StatusOr<std::set<std::string>> PagesIn(const std::string& folder) {
  std::set<std::string> paths;
  if (!IsFolder(folder)) return paths;
  RETORT_ASSIGN_OR_RETURN(std::vector<std::string> names, NamesIn(folder));
  for (const std::string& name : std::vector<std::string>(names)) {
    if (!IsFolder(absl::StrCat(folder, "/", name))) continue;
    RETORT_ASSIGN_OR_RETURN(const std::vector<std::string> inner, NamesIn(absl::StrCat(folder, "/", name)));
    for (const std::string& of_folder : inner) names.push_back(absl::StrCat(name, "/", of_folder));
  }
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".md")) paths.insert(name);
  }
  return paths;
}

absl::Status Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": cannot be removed: ", error.message()));
}

}  // namespace

absl::Status WritePages(const Pages& pages, const std::string& folder) {
  RETORT_ASSIGN_OR_RETURN(const std::set<std::string> present, PagesIn(folder));
  for (const std::string& path : present) {
    if (pages.count(path) == 0) RETORT_RETURN_IF_ERROR(Remove(absl::StrCat(folder, "/", path)));
  }
  for (const auto& [path, text] : pages) {
    const std::string target = absl::StrCat(folder, "/", path);
    RETORT_RETURN_IF_ERROR(MakeDirectories(target.substr(0, target.rfind('/'))));
    RETORT_RETURN_IF_ERROR(AtomicWriteFile(target, text));
  }
  return absl::OkStatus();
}

absl::Status CheckPages(const Pages& pages, const std::string& folder, const std::string& remedy) {
  RETORT_ASSIGN_OR_RETURN(const std::set<std::string> present, PagesIn(folder));
  std::vector<std::string> wrong;
  for (const auto& [path, text] : pages) {
    if (present.count(path) == 0) {
      wrong.push_back(path + " (missing)");
      continue;
    }
    RETORT_ASSIGN_OR_RETURN(const std::string got, ReadFile(absl::StrCat(folder, "/", path)));
    if (got != text) wrong.push_back(path + " (differs)");
  }
  for (const std::string& path : present) {
    if (pages.count(path) == 0) wrong.push_back(path + " (of no plugin)");
  }
  if (wrong.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(folder, ": want the pages that follow from the plugins, got others: ", absl::StrJoin(wrong, ", "),
                   "; write them with: ", remedy));
}

}  // namespace retort
