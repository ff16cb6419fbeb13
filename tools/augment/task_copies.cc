#include "tools/augment/task_copies.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

constexpr std::pair<const char*, int> kCopies[] = {{"CoLA", 30}, {"MNLI", 10}, {"MRPC", 30},  {"QNLI", 20},
                                                   {"QQP", 10},  {"RTE", 30},  {"SST-2", 20}, {"STS-B", 30}};

}  // namespace

absl::StatusOr<int> CopiesOfTask(absl::string_view task) {
  std::vector<std::string> names;
  for (const auto& [name, copies] : kCopies) {
    if (absl::EqualsIgnoreCase(task, name)) return copies;
    names.push_back(name);
  }
  return absl::InvalidArgumentError(absl::StrCat("--task: want one of ", absl::StrJoin(names, ", "), ", got ", task));
}

}  // namespace retort
