#include "framework/base/busy_machine.h"

#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace retort {
namespace {

constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kBetweenLooks(5);

// Tasks of the whole machine that run or could, without the one that asks: "0.20 0.18 0.12 3/146 4855" has two.
int OtherRunnableTasks(const std::string& root) {
  std::ifstream file(root + "/proc/loadavg");
  double load;
  int runnable = 1;
  file >> load >> load >> load >> runnable;
  return file ? runnable - 1 : 0;
}

int UsableProcessors() {
  cpu_set_t usable;
  return ::sched_getaffinity(0, sizeof(usable), &usable) == 0 ? CPU_COUNT(&usable) : 1;
}

}  // namespace

bool IsMachineBusy(const std::string& root) {
  const long free_for_others = ::sysconf(_SC_NPROCESSORS_ONLN) - UsableProcessors();
  int busy = 0;
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0) std::this_thread::sleep_for(kBetweenLooks);
    if (OtherRunnableTasks(root) > free_for_others) ++busy;
  }
  return 2 * busy > kLooks;
}

}  // namespace retort
