#ifndef RETORT_FRAMEWORK_BASE_BUSY_MACHINE_H_
#define RETORT_FRAMEWORK_BASE_BUSY_MACHINE_H_

#include <string>

namespace retort {

// Whether other programs compute now that have to share processors with this one, were it to compute on all that it
// may use: in most of five looks, which take 20 ms in all, as many tasks of others could run as leave it too few. False
// where the system does not tell. `root` is where the system's /proc lies; tests put their own there. Thread-safe.
bool IsMachineBusy(const std::string& root = "");

// How many processors this program may use.
int UsableProcessors();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_BUSY_MACHINE_H_
