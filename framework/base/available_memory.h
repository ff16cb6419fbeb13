#ifndef RETORT_FRAMEWORK_BASE_AVAILABLE_MEMORY_H_
#define RETORT_FRAMEWORK_BASE_AVAILABLE_MEMORY_H_

#include <optional>
#include <string>

namespace retort {

// How much more memory a process can have, and what bounds it.
struct AvailableMemory {
  double bytes = 0;
  std::string bound;  // "free memory", "the container's limit (/sys/fs/cgroup/memory.max)", "ulimit -v".
};

// The least of what is free on the machine, what the process's control groups (version 1 or 2, itself and those above
// it) leave, and what its limit of address space leaves. Files that the system caches count as free. Nothing where
// the system tells none of them. `root` is where the system's /proc and /sys lie; tests put their own there.
std::optional<AvailableMemory> FindAvailableMemory(const std::string& root = "");

}  // namespace retort

#endif  // RETORT_FRAMEWORK_BASE_AVAILABLE_MEMORY_H_
