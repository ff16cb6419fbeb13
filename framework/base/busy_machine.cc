#include "framework/base/busy_machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

namespace retort {
namespace {

constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kBetweenLooks(5);

// Tasks of the whole machine that run or could: "0.20 0.18 0.12 3/146 4855" has three. None where it is not known.
int RunnableTasks(const std::string& root) {
  std::ifstream file(root + "/proc/loadavg");
  double load;
  int runnable = 0;
  file >> load >> load >> load >> runnable;
  return file ? runnable : 0;
}

// Whether a task runs or could: "4855 (the name) R 1 ..." does.
bool IsRunnable(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string text;
  std::getline(file, text);
  const size_t end_of_name = text.rfind(") ");
  return end_of_name != std::string::npos && text[end_of_name + 2] == 'R';
}

// Those of this program, of which the one that asks is one.
int OwnRunnableTasks(const std::string& root) {
  int runnable = 0;
  std::error_code error;
  std::filesystem::directory_iterator task(root + "/proc/self/task", error);
  for (; !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
    if (IsRunnable(task->path())) ++runnable;
  }
  return std::max(1, runnable);
}

}  // namespace

int UsableProcessors() {
  cpu_set_t usable;
  return ::sched_getaffinity(0, sizeof(usable), &usable) == 0 ? CPU_COUNT(&usable) : 1;
}

bool IsMachineBusy(const std::string& root) {
  const long free_for_others = ::sysconf(_SC_NPROCESSORS_ONLN) - UsableProcessors();
  int busy = 0;
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0) std::this_thread::sleep_for(kBetweenLooks);
    if (RunnableTasks(root) - OwnRunnableTasks(root) > free_for_others) ++busy;
  }
  return 2 * busy > kLooks;
}

}  // namespace retort
