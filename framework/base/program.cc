#include "framework/base/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/base/waiting_threads.h"
#include "glog/logging.h"

namespace retort {

void StartProgram(const char* name) {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", O_RDWR);  // Takes the lowest free number.
  }
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(name);
  AdaptWaitingThreads();
}

absl::Status EnterUserDirectory() { return EnterFolderOf("BUILD_WORKING_DIRECTORY"); }

absl::Status EnterFolderOf(const char* variable) {
  const char* folder = std::getenv(variable);
  if (folder == nullptr) return absl::OkStatus();
  std::error_code error;
  std::filesystem::current_path(folder, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(variable, ": want a folder to work in, got \"", folder, "\": ", error.message()));
}

std::vector<std::string> TakeFlag(absl::string_view name, int* argc, char** argv) {
  const std::string flag = absl::StrCat("--", name);
  std::vector<std::string> values;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, absl::StrCat(flag, "="))) {
      values.emplace_back(argument);
    } else if (argument == flag && i + 1 < *argc) {
      values.emplace_back(argv[++i]);
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  return values;
}

int ExitCode(const absl::Status& status) {
  constexpr int kUser = 1, kInternal = 2, kInterrupted = 130;
  if (status.ok()) return 0;
  if (absl::IsCancelled(status)) {
    std::cerr << status.message() << "\nthe same command goes on from here" << std::endl;
    return kInterrupted;
  }
  const bool ours = absl::IsInternal(status);
  std::cerr << (ours ? "internal error: " : "error: ") << status.message() << std::endl;
  return ours ? kInternal : kUser;
}

}  // namespace retort
