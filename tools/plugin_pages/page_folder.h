#ifndef RETORT_TOOLS_PLUGIN_PAGES_PAGE_FOLDER_H_
#define RETORT_TOOLS_PLUGIN_PAGES_PAGE_FOLDER_H_

#include <map>
#include <string>

#include "absl/status/status.h"

namespace retort {

// Texts by their paths in a folder, at most one folder below it: "README.md", "loss/soft_targets.md".
using Pages = std::map<std::string, std::string>;

// Makes a folder hold these pages and, beside files that do not end in .md, nothing else. Errors: those of the file
// system, with the path.
absl::Status WritePages(const Pages& pages, const std::string& folder);

// FailedPrecondition if a folder holds other pages than these, naming those that are missing, that differ or that are
// too many, and `remedy`, the command that writes them.
absl::Status CheckPages(const Pages& pages, const std::string& folder, const std::string& remedy);

}  // namespace retort

#endif  // RETORT_TOOLS_PLUGIN_PAGES_PAGE_FOLDER_H_
