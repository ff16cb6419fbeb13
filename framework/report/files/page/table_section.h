#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_TABLE_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_TABLE_SECTION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "framework/report/files/tables.h"

namespace retort {

// A section of the page with a table under its note. Empty without rows. Pure function.
std::string TableSection(absl::string_view title, const Table& table);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_TABLE_SECTION_H_
