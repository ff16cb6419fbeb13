#include "framework/sweep/plan/variant_names.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

constexpr size_t kMostNames = 4;

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

std::string Listed(std::vector<std::string> names) {
  const size_t more = names.size() - std::min(names.size(), kMostNames);
  names.resize(names.size() - more);
  return absl::StrCat(absl::StrJoin(names, ", "), more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

}  // namespace

std::string VariantNames(const Plan& plan, const std::vector<int>& stages) {
  std::vector<std::string> names;
  for (int index : stages) AddOnce(plan.stages[index].used_by.front().variant, &names);
  return Listed(std::move(names));
}

std::string UserNames(const Plan& plan, const std::vector<int>& stages) {
  std::vector<std::string> names;
  for (int index : stages) {
    for (const auto& user : plan.stages[index].used_by) AddOnce(user.variant, &names);
  }
  return Listed(std::move(names));
}

}  // namespace retort
