#ifndef RETORT_FRAMEWORK_BASE_COMMAND_LINE_COMMIT_H_
#define RETORT_FRAMEWORK_BASE_COMMAND_LINE_COMMIT_H_

#include <string>

namespace retort {

// The commit that the checkout was at when this program was linked, which is done whenever any of its sources changes:
// "1a2b3c4d5e6f", with "-modified" behind it if there were changes that it does not have. Empty where the build did not
// know (outside of git, or without Bazel's --stamp).
std::string Commit();

// "retort 0.9.0, commit 1a2b3c4d5e6f"
std::string VersionText();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_COMMAND_LINE_COMMIT_H_
