#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_SETTINGS_SECTION_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_SETTINGS_SECTION_H_

#include <string>

#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The page's table of all fields of the configuration by which variants differ: a row per field, a column per variant,
// what is as in the first variant in a soft colour. Empty if nothing differs. Pure function.
std::string SettingsSection(const SweepResult& result);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_SETTINGS_SECTION_H_
