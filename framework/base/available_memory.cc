#include "framework/base/available_memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace retort {
namespace {

constexpr double kKib = 1024;

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number that a file begins with; nothing for "max" and for files that are not there.
std::optional<double> NumberIn(const std::string& path) {
  double number;
  const std::string text = Contents(path);
  if (!absl::SimpleAtod(text.substr(0, text.find_first_of(" \n")), &number)) return std::nullopt;
  return number;
}

// The number behind a name at the beginning of a line: "MemAvailable:    1234 kB".
std::optional<double> NumberBehind(const std::string& path, const std::string& name) {
  const std::string text = Contents(path);
  for (const auto line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    double number;
    if (words.size() >= 2 && words[0] == name && absl::SimpleAtod(words[1], &number)) return number;
  }
  return std::nullopt;
}

// Where a version of control groups keeps its files, under which names.
struct ControlGroupFiles {
  std::string folder, limit, used, cached;
};

const ControlGroupFiles kVersion1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                     "total_inactive_file"};
const ControlGroupFiles kVersion2 = {"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};

// What one group leaves. Its cached files are given back before anything fails.
std::optional<AvailableMemory> LeftInGroup(const std::string& root, const ControlGroupFiles& files,
                                           const std::string& group) {
  const std::string folder = absl::StrCat(files.folder, group == "/" ? "" : group);
  const std::optional<double> limit = NumberIn(absl::StrCat(root, folder, "/", files.limit));
  const std::optional<double> used = NumberIn(absl::StrCat(root, folder, "/", files.used));
  if (!limit || !used) return std::nullopt;
  const double cached = NumberBehind(absl::StrCat(root, folder, "/memory.stat"), files.cached).value_or(0);
  return AvailableMemory{*limit - *used + cached,
                         absl::StrCat("the container's limit (", folder, "/", files.limit, ")")};
}

// The process's group of each version, and all groups above it. A container sees its own group as the root, so that
// the group's path may not be there; the root always is.
void AddControlGroups(const std::string& root, std::vector<AvailableMemory>* bounds) {
  const std::string text = Contents(root + "/proc/self/cgroup");
  for (const auto line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    const bool version_2 = fields[0] == "0" && fields[1].empty();
    const std::vector<std::string> controllers = absl::StrSplit(fields[1], ',');
    if (!version_2 && std::find(controllers.begin(), controllers.end(), "memory") == controllers.end()) continue;
    for (std::string group = fields[2];; group = group.substr(0, group.rfind('/'))) {
      if (group.empty()) group = "/";
      if (std::optional<AvailableMemory> left = LeftInGroup(root, version_2 ? kVersion2 : kVersion1, group)) {
        bounds->push_back(*std::move(left));
      }
      if (group == "/") break;
    }
  }
}

void AddAddressSpace(const std::string& root, std::vector<AvailableMemory>* bounds) {
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  const double used = NumberBehind(root + "/proc/self/status", "VmSize:").value_or(0) * kKib;
  bounds->push_back({static_cast<double>(limit.rlim_cur) - used, "the limit of address space (ulimit -v)"});
}

}  // namespace

std::optional<AvailableMemory> FindAvailableMemory(const std::string& root) {
  std::vector<AvailableMemory> bounds;
  if (const std::optional<double> free = NumberBehind(root + "/proc/meminfo", "MemAvailable:")) {
    bounds.push_back({*free * kKib, "free memory"});
  }
  AddControlGroups(root, &bounds);
  AddAddressSpace(root, &bounds);
  const auto least =
      std::min_element(bounds.begin(), bounds.end(), [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  if (least == bounds.end()) return std::nullopt;
  return AvailableMemory{std::max(least->bytes, 0.0), least->bound};
}

}  // namespace retort
