#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_HTML_ESCAPE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_HTML_ESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace retort {

// Makes text safe between tags and inside double-quoted attributes.
std::string EscapeHtml(absl::string_view text);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_HTML_ESCAPE_H_
