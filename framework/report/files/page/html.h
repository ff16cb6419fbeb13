#ifndef RETORT_FRAMEWORK_REPORT_FILES_PAGE_HTML_H_
#define RETORT_FRAMEWORK_REPORT_FILES_PAGE_HTML_H_

#include <string>
#include <vector>

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// The report's page, index.html: one self-contained file that needs no network. From the top: the answer in one
// sentence, when and how it was run, warnings, forest plots of the paired differences, the table, settings together
// where they make a grid, what it says of published effects, what was tuned, curves of the metrics and of the loss
// terms while training, examples, what variants change, how the numbers were made, the resolved configuration and the
// environment, links to the files beside the page. Everything but curves and examples works without scripts. Curves are
// thinned until the page takes less than 1 MB, as far as they can be. Every text from the user is escaped. Pure
// function.
std::string RenderHtml(const SweepResult& result, const Analysis& analysis,
                       const std::vector<std::string>& files_beside);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_PAGE_HTML_H_
