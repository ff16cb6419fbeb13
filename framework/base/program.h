#ifndef RETORT_FRAMEWORK_BASE_PROGRAM_H_
#define RETORT_FRAMEWORK_BASE_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// What the main functions of all programs share.

namespace retort {

// To be called first of all, with argv[0]. A standard stream that the program was started without (`>&-`) is one that
// nobody reads: else the next file that is opened would take its place, and be written into. Warnings go to standard
// error, not into files. Threads that wait leave the processor to others (framework/base/waiting_threads.h).
void StartProgram(const char* name);

// Makes relative paths mean what the user meant: `bazel run` starts a program in its runfiles and names the folder that
// it was called from in $BUILD_WORKING_DIRECTORY, which becomes the working directory. Nothing happens without one.
absl::Status EnterUserDirectory();

// The same for another variable that names a folder.
absl::Status EnterFolderOf(const char* variable);

// Takes all --name=VALUE and --name VALUE out of the arguments of main, for a flag that may be given as often as
// wanted: gflags would keep the last of them only. Their values, in order.
std::vector<std::string> TakeFlag(absl::string_view name, int* argc, char** argv);

// 0 if OK; else prints the message to standard error, after "error: ", and gives 1 for what the user can mend; 2, after
// "internal error: ", for our own faults (Internal); 130, and that the same command goes on, where StopOnSignals
// (framework/base/stop.h) stopped the work (Cancelled).
int ExitCode(const absl::Status& status);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_PROGRAM_H_
