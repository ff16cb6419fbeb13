#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_CHOICE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_CHOICE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace retort {

// Buttons of which one is pressed, the first one at the start; report.js listens. `attributes` are those of the element
// around them, as HTML. Pure function.
std::string Choice(absl::string_view attributes,
                   const std::vector<std::pair<std::string, std::string>>& value_and_label);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_CHOICE_H_
