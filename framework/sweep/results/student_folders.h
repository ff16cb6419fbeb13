#ifndef RETORT_FRAMEWORK_SWEEP_RESULTS_STUDENT_FOLDERS_H_
#define RETORT_FRAMEWORK_SWEEP_RESULTS_STUDENT_FOLDERS_H_

#include <string>

#include "absl/status/status.h"
#include "framework/report/analysis/sweep_result.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/store/store.h"

namespace retort {

// Makes <output_dir>/students/<variant>/seed_<n>/ for every student that is there, or, where there is one for each
// task, seed_<n>/<stage>/: links to the files of the model in the store, relative, and a model card (README.md), which
// may not lie in the store. transformers reads the folder as it is; links of an earlier run are replaced. A variant's
// '/' becomes '_'. Errors: those of files, and of RenderModelCards.
absl::Status WriteStudentFolders(const Plan& plan, const Store& store, const SweepResult& result,
                                 const std::string& output_dir);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_RESULTS_STUDENT_FOLDERS_H_
