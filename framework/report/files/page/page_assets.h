#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_PAGE_ASSETS_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_PAGE_ASSETS_H_

namespace retort {

// Texts of the files that a report's page carries inside; the build makes page_assets.cc from them.
extern const char kChartJs[];     // Debian's Chart.js, minified, with its licence banner.
extern const char kReportCss[];   // report.css
extern const char kReportJs[];    // report.js
extern const char kExamplesJs[];  // examples.js

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_PAGE_ASSETS_H_
