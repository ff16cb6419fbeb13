#include "framework/sweep/plan/variant_names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

constexpr size_t kMostNames = 4;

}  // namespace

std::string VariantNames(const Plan& plan, const std::vector<int>& stages) {
  std::vector<std::string> names;
  for (int index : stages) {
    const std::string& name = plan.stages[index].used_by.front().variant;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  const size_t more = names.size() - std::min(names.size(), kMostNames);
  names.resize(names.size() - more);
  return absl::StrCat(absl::StrJoin(names, ", "), more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

}  // namespace retort
