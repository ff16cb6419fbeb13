#ifndef RETORT_FRAMEWORK_BASE_PATHS_OUTPUT_FILE_H_
#define RETORT_FRAMEWORK_BASE_PATHS_OUTPUT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace retort {

// What a program's --output, or another flag for a file, may take the place of.
struct OutputRules {
  std::vector<std::string> inputs;  // never one of these, however it is written
  bool overwrite = false;           // whether the user said --overwrite
  std::string own_beginning;        // of files that the program wrote before, which it may replace; empty: none are
  std::string flag = "--output";
};

// That `path`, which the flag has, does not end in .gz, .xz or .zst, in either case: programs pack nothing, and what is
// named so would be taken for damaged when it is read. InvalidArgument, beginning with the flag. Thread-safe.
absl::Status CheckNotNamedPacked(const std::string& path, const std::string& flag);

// That a program may write this file. InvalidArgument, beginning with the flag ("--output: "), for one that the rules
// keep, for a name of a packed file, and for what is no regular file (a folder, a named pipe, a device), whatever they
// say; a file that is not there is sound. Thread-safe.
absl::Status CheckOutputFile(const std::string& output, const OutputRules& rules);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PATHS_OUTPUT_FILE_H_
